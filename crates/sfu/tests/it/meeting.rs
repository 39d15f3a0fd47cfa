//! A few scenes of a meeting, one at a time.

use std::time::Duration;

use model::media::{Command, Layer, Wish};
use sfu::count::Count;

use super::simulation::payload::Form;
use super::simulation::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn two_people_hear_and_see_each_other() {
    for form in [Form::Vp8, Form::H264] {
        let mut world = World::quiet();
        let (anna, ben) = (world.join(), world.join());
        let (of_anna, of_ben) = (world.publish(anna, form), world.publish(ben, Form::Opus));

        world.step_until(world.now + 5 * SECOND);

        assert!(world.received(ben, of_anna) > 30, "{form:?}");
        assert!(world.received(anna, of_ben) > 30);
        assert_eq!(world.finish().violations, Vec::<String>::new());
    }
}

#[test]
fn a_muted_speaker_is_not_forwarded_even_if_packets_arrive() {
    let mut world = World::quiet();
    let (anna, ben) = (world.join(), world.join());
    let track = world.publish(anna, Form::Opus);
    world.step_until(world.now + 3 * SECOND);

    world.command(Command::Mute { track, is_muted: true });
    world.step_until(world.now + SECOND / 10);
    let before = world.received(ben, track);
    world.step_until(world.now + 3 * SECOND);
    let during = world.received(ben, track);
    world.command(Command::Mute { track, is_muted: false });
    world.step_until(world.now + 3 * SECOND);

    assert!(before > 10);
    assert_eq!(during, before);
    assert!(world.counts.get(&Count::Muted).is_some_and(|n| *n > 20));
    assert!(world.received(ben, track) > during + 20);
}

#[test]
fn a_small_tile_gets_the_small_layer_and_a_hidden_one_nothing() {
    let mut world = World::quiet();
    let (anna, ben) = (world.join(), world.join());
    let track = world.publish(anna, Form::Vp8);
    world.step_until(world.now + 4 * SECOND);
    assert_eq!(world.last_layer(ben, track), Some(Layer::High));

    let wish = Wish { is_enabled: true, layer: Layer::Low };
    world.command(Command::Wish { peer: ben, track, wish });
    world.step_until(world.now + 3 * SECOND);
    assert_eq!(world.last_layer(ben, track), Some(Layer::Low));

    let wish = Wish { is_enabled: false, layer: Layer::High };
    world.command(Command::Wish { peer: ben, track, wish });
    world.step_until(world.now + SECOND / 2);
    let before = world.received(ben, track);
    world.step_until(world.now + 3 * SECOND);
    assert_eq!(world.received(ben, track), before);
}

/// 240 kbit/s, 600 kbit/s, 1,800 kbit/s.
const WEIGHT: [u8; 3] = [6, 15, 45];

#[test]
fn on_a_wide_link_everybody_is_seen_large() {
    let mut world = World::quiet();
    let (anna, ben, cleo) = (world.join(), world.join(), world.join());
    let (of_anna, of_ben) = (world.publish_heavy(anna, WEIGHT), world.publish_heavy(ben, WEIGHT));

    world.step_until(world.now + 20 * SECOND);

    assert_eq!(world.last_layer(cleo, of_anna), Some(Layer::High));
    assert_eq!(world.last_layer(cleo, of_ben), Some(Layer::High));
}

#[test]
fn on_a_narrow_link_pictures_get_small_and_sound_stays_whole() {
    let mut world = World::quiet();
    let (anna, ben) = (world.join(), world.join());
    let picture = world.publish_heavy(anna, WEIGHT);
    let sound = world.publish(anna, Form::Opus);
    world.step_until(world.now + 5 * SECOND);
    let address = world.clients[&ben].address;

    world.wire.narrow(address, 900_000, world.now);
    world.step_until(world.now + 10 * SECOND);
    let before = (world.received(ben, sound), world.received(ben, picture));
    world.step_until(world.now + 20 * SECOND);

    let heard = world.received(ben, sound) - before.0;
    let seen = world.received(ben, picture) - before.1;
    println!("{heard} of 200 frames of sound, {seen} packets of the picture");
    assert!(heard >= 190, "{heard}");
    assert!(seen >= 300, "{seen}");
    assert!([Some(Layer::Low), Some(Layer::Medium)].contains(&world.last_layer(ben, picture)));
}

#[test]
fn more_tracks_than_slots_are_asked_for_and_come() {
    let mut world = World::quiet();
    let (anna, ben) = (world.join(), world.join());
    let tracks: Vec<_> = (0..6).map(|_| world.publish(anna, Form::Opus)).collect();

    world.step_until(world.now + 6 * SECOND);

    let heard = tracks.iter().filter(|track| world.received(ben, **track) > 10).count();
    assert_eq!(heard, 6);
}

#[test]
fn who_speaks_is_told_and_who_leaves_is_forgotten() {
    let mut world = World::quiet();
    let (anna, ben) = (world.join(), world.join());
    world.step_until(world.now + 3 * SECOND);
    world.leave(ben);
    world.step_until(world.now + SECOND);
    world.leave(anna);

    let report = world.finish();

    let told = report.decisions.join("\n");
    assert!(told.contains("is_active: true"), "{told}");
    assert!(told.contains("level: 0.0, is_active: false"), "{told}");
    assert_eq!(report.violations, Vec::<String>::new());
}
