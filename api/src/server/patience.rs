//! A socket whose client reads too slowly is given up: whatever is to be written to it would otherwise be held for as long as the
//! client likes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How long something to be written may wait, however slowly it is read.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Beyond that, so many bytes must have been read for each second. What a phone on a poor line takes is far less than a page of
/// answers; what holds memory for minutes is not a phone.
const RATE: u32 = 64 << 10;

/// A stream of bytes with such a limit.
#[derive(Debug)]
pub struct Patience<S> {
    stream: S,
    limit: Duration,
    /// From the first write that waits until nothing is left to be written.
    backlog: Option<Backlog>,
}

#[derive(Debug)]
struct Backlog {
    since: Instant,
    written: usize,
    timer: Pin<Box<Sleep>>,
}

impl<S> Patience<S> {
    /// With that limit.
    pub const fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, backlog: None }
    }

    fn watch(&mut self, context: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match (wrote, &mut self.backlog) {
            (Poll::Ready(Ok(bytes)), Some(backlog)) => {
                backlog.written += bytes;
                Poll::Ready(Ok(bytes))
            }
            (Poll::Pending, backlog) => {
                let limit = self.limit;
                let backlog = backlog.get_or_insert_with(|| {
                    let since = Instant::now();
                    Backlog { since, written: 0, timer: Box::pin(sleep_until(since + limit)) }
                });
                let earned = Duration::from_secs(1) * u32::try_from(backlog.written).unwrap_or(u32::MAX) / RATE;
                backlog.timer.as_mut().reset(backlog.since + limit + earned);
                ready!(backlog.timer.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            (wrote, _) => wrote,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, wrote)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Whoever writes flushes when it has written all it has.
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(context));
        self.backlog = None;
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch(context, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::sleep,
    };

    use super::*;

    /// Writes that many bytes to somebody who reads so many each second.
    async fn write(bytes: usize, read_each_second: usize) -> io::Result<()> {
        let (near, mut far) = duplex(1024);
        let mut near = Patience::new(near, PATIENCE);
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; read_each_second];
            loop {
                sleep(Duration::from_secs(1)).await;
                far.read_exact(&mut buffer).await.ok();
            }
        });
        let wrote = async {
            near.write_all(&vec![b'x'; bytes]).await?;
            near.flush().await
        };
        let wrote = wrote.await;
        reading.abort();
        wrote
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_too_slowly_is_given_up() {
        assert!(write(10_000, 1000).await.is_ok(), "a page, on a poor line");
        assert!(write(8 << 20, 100_000).await.is_ok(), "a large answer, fast enough");
        assert_eq!(write(8 << 20, 10_000).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(write(10_000, 100).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
