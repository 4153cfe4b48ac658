//! The roles that people hold at agencies, and the scopes that machines are given.

use std::{fmt, str::FromStr};

use crate::policy::{Action, Reach};

/// Declares an enumeration with the word each value has in SQL, in GraphQL and in the published table.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$about:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$about])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("`{word}` is no {}; there are {}", stringify!($name), [$($word),+].join(", "))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What somebody is at an agency.
    pub enum Role {
        /// Drafts and submits figures, reports progress
        Reporter => "REPORTER",
        /// Endorses or returns figures, answers for directives
        Head => "HEAD",
        /// Verifies, publishes, keeps the catalogue, chases
        StandingOffice => "STANDING_OFFICE",
        /// Issues directives and decides on them
        Leader => "LEADER",
        /// Reads whatever has been handed in, and the audit trail; writes nothing
        Inspector => "INSPECTOR",
        /// Keeps accounts, agencies and the calendar; no figures
        Administrator => "ADMINISTRATOR",
    }
}

impl Role {
    /// Whether the same person may hold both at once. Who administers or inspects does nothing else, so that nobody
    /// grants themselves what they then use, or inspects their own work.
    #[must_use]
    pub fn goes_with(self, other: Self) -> bool {
        let alone = |role| matches!(role, Self::Inspector | Self::Administrator);
        self == other || !(alone(self) || alone(other))
    }

    /// Whether it opens what is restricted everywhere, wherever it is held: so only whoever reaches everything grants it.
    #[must_use]
    pub fn sees_everything(self) -> bool {
        Action::SeeRestricted.rule().reach(self) == Some(Reach::All)
    }
}

words! {
    /// What a service account may do, by name; each stands for rows of the table.
    pub enum ServiceScope {
        /// Read figures that are submitted and not yet published
        ReadFigures => "figures:read",
        /// Draft, submit and withdraw figures
        WriteFigures => "figures:write",
        /// Read what is internal
        ReadInternal => "internal:read",
        /// Report progress of directives
        WriteProgress => "progress:write",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
        }
        let message = "BOSS".parse::<Role>().unwrap_err();
        assert!(message.contains("REPORTER, HEAD, STANDING_OFFICE"), "{message}");
    }

    #[test]
    fn inspectors_alone_see_everything() {
        for role in Role::ALL {
            assert_eq!(role.sees_everything(), *role == Role::Inspector, "{role}");
        }
    }

    #[test]
    fn whoever_administers_or_inspects_does_nothing_else() {
        assert!(Role::Reporter.goes_with(Role::Head));
        for role in Role::ALL {
            assert!(role.goes_with(*role));
            assert_eq!(role.goes_with(Role::Administrator), *role == Role::Administrator);
            assert_eq!(Role::Inspector.goes_with(*role), *role == Role::Inspector);
        }
    }
}
