//! Joining: from the wish to the first sound of somebody who speaks.

use std::time::{Duration, Instant};

use participant::{Driver, Event, Options, Receive};

use crate::Failure;
use crate::server::{Cores, Server};
use crate::table::{Table, quantile};

const JOINS: u32 = 60;
const ROOM: &str = "bench-join";
const FIRST_SOUND_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let server = Server::start("join", Cores::Apart)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut samples = runtime.block_on(measure(&server))?;
    let how = format!("{JOINS} joins one after another, WebSocket to first Opus packet, loopback");
    table.add("join_ms_p50", quantile(&mut samples, 0.5), "ms", how.clone());
    table.add("join_ms_p95", quantile(&mut samples, 0.95), "ms", how);
    Ok(())
}

async fn measure(server: &Server) -> Result<Vec<f64>, Failure> {
    let driver = Driver::start()?;
    let token = server.token(ROOM, "speaker", &[]);
    let (speaker, _events) = driver.join(Options::new(server.websocket(), token)).await?;
    let mut track = speaker.publish_audio("voice").await?;
    let talking = tokio::spawn(async move {
        let tone = crate::forward::tone(Duration::from_secs(1));
        while track.play(&tone).await.is_ok() {}
    });
    let mut samples = Vec::new();
    for number in 0..JOINS {
        let token = server.token(ROOM, &format!("listener-{number}"), &[]);
        let options =
            Options { receive: Receive::Packets, ..Options::new(server.websocket(), token) };
        let start = Instant::now();
        let (listener, mut events) = driver.join(options).await?;
        let first = async {
            while let Some(event) = events.recv().await {
                if matches!(event, Event::Packet { .. }) {
                    return Some(start.elapsed());
                }
            }
            None
        };
        let took = tokio::time::timeout(FIRST_SOUND_TIMEOUT, first).await?.ok_or("sent away")?;
        samples.push(took.as_secs_f64() * 1_000.0);
        listener.leave().await;
    }
    talking.abort();
    Ok(samples)
}
