//! One question for all who wait for its answer.

use tokio::{sync::Mutex, time::Instant};

/// The last answer to a question, and when it was asked. Whoever comes while it is being asked waits, and is given the next answer
/// with all others: one that was asked for after they came, so that nobody is told what was true before.
#[derive(Debug)]
pub struct Together<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Together<T> {
    /// The answer.
    pub async fn ask(&self, question: impl AsyncFnOnce() -> T) -> T {
        let came = Instant::now();
        let mut known = self.0.lock().await;
        if let Some((asked, answer)) = &*known
            && *asked > came
        {
            return answer.clone();
        }
        let asked = Instant::now();
        let answer = question().await;
        *known = Some((asked, answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;
    use tokio::time::{Duration, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_comes_meanwhile_is_told_what_was_asked_later() {
        let (together, asked) = (Together::default(), AtomicU32::new(0));
        let question = async || {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_secs(1)).await;
            number
        };
        let come = async |after: u64| {
            sleep(Duration::from_millis(after)).await;
            together.ask(question).await
        };
        let told = join_all([0, 100, 200, 300, 5_000].map(come)).await;
        assert_eq!(told, [0, 1, 1, 1, 2]);
    }
}
