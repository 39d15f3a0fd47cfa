//! What strangers and bugs send: counted, bounded, and nobody else notices.

use std::time::Duration;

use model::media::{Command, Offer};

use super::simulation::world::World;

#[test]
fn a_client_that_never_answers_goes_after_a_minute() {
    let mut world = World::quiet();
    let (client, offer) = world.stranger();
    world.command(Command::Join { peer: client.id, offer: Some(offer) });

    world.step_until(world.now + Duration::from_secs(59));
    assert_eq!(world.shard.peers(), 1);
    world.step_until(world.now + Duration::from_secs(2));

    assert!(world.finish().decisions.contains(&format!("down {}", client.id)));
}

#[test]
fn an_offer_that_is_none_is_refused_and_a_good_one_follows() {
    let mut world = World::quiet();
    let (client, offer) = world.stranger();
    let bad = Offer { id: 7, sdp: offer.sdp.replace("a=fingerprint", "a=nonsense") };
    world.command(Command::Join { peer: client.id, offer: Some(bad) });
    let refused = world.finish();
    assert!(refused.violations[0].starts_with("a good offer was refused"));
}
