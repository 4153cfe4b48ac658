//! Places in the feed as clients hold them.

use std::sync::Arc;

use async_graphql::Context;
use auth::seal::{NumberSealer, Sealer};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::error::ApiError;

/// Writes and reads the feed's cursors. A place is a number that counts all that is done, also what its reader may not know
/// of. So it is sealed: a cursor tells nobody how much lies before it, or between it and another. Nodes with one secret
/// read one another's.
#[derive(Debug)]
pub struct Cursors(NumberSealer);

impl Cursors {
    /// With the installation's secret.
    #[must_use]
    pub fn new(sealer: &Sealer) -> Arc<Self> {
        Arc::new(Self(sealer.numbers("place in the feed")))
    }

    /// Those of the server that answers.
    pub(crate) fn of<'a>(context: &Context<'a>) -> Result<&'a Arc<Self>, ApiError> {
        context.data_opt::<Arc<Self>>().ok_or_else(ApiError::internal)
    }

    /// The cursor of a place.
    #[must_use]
    pub fn write(&self, place: i64) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.seal(place))
    }

    pub(crate) fn read(&self, text: &str) -> Result<i64, ApiError> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| ApiError::cursor())?;
        self.0.open(&sealed).map_err(|_| ApiError::cursor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_is_one() {
        let cursors = Cursors::new(&Sealer::new(&[7; 32]));
        for place in [0, 1, 70_000, i64::MAX] {
            assert_eq!(cursors.read(&cursors.write(place)).unwrap(), place);
            assert_eq!(cursors.write(place), Cursors::new(&Sealer::new(&[7; 32])).write(place));
        }
        let foreign = Cursors::new(&Sealer::new(&[8; 32])).write(1);
        // The third is a place as it was written before places were sealed.
        for other in ["", "0", "fgAAAAAAAAAB", "eyJ0IjoiYSJ9", &foreign, &format!("{}A", cursors.write(1))] {
            assert!(cursors.read(other).is_err(), "{other}");
        }
    }
}
