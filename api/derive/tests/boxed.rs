//! What `#[boxed]` makes, compiled and run.

use derive::boxed;
use futures_util::future::BoxFuture;

trait Load: Sized {
    /// Without a body.
    #[boxed]
    async fn load(from: &[Self], text: &str) -> Vec<String>;
}

struct Word<'a>(&'a str);

impl Load for Word<'_> {
    #[boxed]
    async fn load(from: &[Self], text: &str) -> Vec<String> {
        tokio::task::yield_now().await;
        from.iter().map(|word| format!("{}{text}", word.0)).collect()
    }
}

impl Word<'_> {
    #[boxed]
    async fn shouted(mut self, times: &mut usize) -> Result<String, std::num::TryFromIntError> {
        self.0 = self.0.trim();
        *times += usize::try_from(1_u64)?;
        if self.0.is_empty() {
            return Ok(String::new());
        }
        Ok(self.0.to_uppercase())
    }

    #[boxed]
    async fn made<'a, T: ToString + Sync>(
        &self,
        of: &'a T,
        by: impl Fn(&str) -> String,
        _: &dyn Fn(&T),
    ) -> (String, &'a T) {
        (by(&format!("{}{}", self.0, of.to_string())), of)
    }
}

#[tokio::test]
async fn it_answers_what_the_async_function_would() {
    let future: BoxFuture<'_, Vec<String>> = Word::load(&[Word("a"), Word("b")], "!");
    assert_eq!(future.await, ["a!", "b!"]);

    let mut times = 0;
    assert_eq!(Word(" an ").shouted(&mut times).await, Ok("AN".to_owned()));
    assert_eq!((Word(" ").shouted(&mut times).await, times), (Ok(String::new()), 2));

    assert_eq!(Word("a").made(&7, str::to_uppercase, &|_| ()).await, ("A7".to_owned(), &7));
}
