//! A connection whose peer has to take what it is sent.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Ends with `TimedOut` when the peer takes no byte for `limit` while there are bytes for it: whoever
/// never reads would keep an answer and a connection for ever. Reading has no limit here.
pub(super) struct Writes<S> {
    stream: S,
    limit: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<S> Writes<S> {
    pub(super) fn within(limit: Duration, stream: S) -> Self {
        Self { stream, limit, stuck: None }
    }

    /// Passes on how a write went; one that has been stuck for too long has failed.
    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let limit = self.limit;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Writes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Writes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::net::UnixStream;

    #[tokio::test]
    async fn a_peer_that_never_reads_is_given_up() {
        let (stream, _peer) = UnixStream::pair().unwrap();
        let mut writes = Writes::within(Duration::from_millis(20), stream);
        let bytes = vec![7; 64 << 10];
        let failed = loop {
            let wrote = poll_fn(|cx| Pin::new(&mut writes).poll_write(cx, &bytes)).await;
            if let Err(error) = wrote {
                break error;
            }
        };
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_reads_again_has_the_whole_time_again() {
        let (stream, _peer) = UnixStream::pair().unwrap();
        let mut writes = Writes::within(Duration::from_secs(60), stream);
        poll_fn(|cx| {
            assert!(writes.judge::<()>(cx, Poll::Pending).is_pending());
            assert!(writes.stuck.is_some());
            assert!(writes.judge(cx, Poll::Ready(Ok(()))).is_ready());
            Poll::Ready(())
        })
        .await;
        assert!(writes.stuck.is_none());
    }
}
