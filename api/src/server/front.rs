//! The thread that accepts, reads, writes, and answers for the server's health, apart from those that work: however much
//! work there is, it has its turn on a processor.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime of one thread. Dropped, it ends without waiting, so that it may be dropped by whoever works.
#[derive(Debug)]
pub struct Front {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Front {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("front").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// What runs there.
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
