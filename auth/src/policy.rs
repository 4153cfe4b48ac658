//! The table: which role may do what, and how far it reaches. Everything else asks here.

use crate::role::{Role, ServiceScope};

/// How far a role reaches in doing something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The viewer's own account.
    Own,
    /// The agency at which the role is held, and those below it if the grant says so.
    Held,
    /// What belongs to the programmes of the agencies at which the role is held.
    Programme,
    /// Everything.
    All,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Anyone, signed in or not.
    pub public: Option<Reach>,
    /// Any person who has signed in, whatever their roles.
    pub user: Option<Reach>,
    /// Who holds a role.
    pub roles: &'static [(Role, Reach)],
    /// Service accounts with this scope, within the agencies they are made for.
    pub service: Option<ServiceScope>,
}

impl Rule {
    /// How far a role reaches; what anyone and any user may, it may too.
    #[must_use]
    pub fn reach(&self, role: Role) -> Option<Reach> {
        let own = self.roles.iter().find(|(holder, _)| *holder == role).map(|(_, reach)| *reach);
        own.or(self.public).or(self.user)
    }
}

impl Action {
    /// Whether it is done only to what somebody else is or brought about: nobody endorses, publishes, decides on or
    /// confirms their own, and nobody administers themselves.
    #[must_use]
    pub const fn is_for_others(self) -> bool {
        matches!(
            self,
            Self::EndorseMeasurement
                | Self::PublishMeasurement
                | Self::DecideUnlock
                | Self::DecideExtension
                | Self::AnswerCounterOffer
                | Self::EndorseJudgement
                | Self::ConfirmDone
                | Self::AnswerRecommendation
                | Self::RefuseRecommendation
                | Self::DisableAccount
                | Self::GrantRole
                | Self::ResetPassword
                | Self::EndSessions
        )
    }
}

impl Action {
    /// Whether what it opens depends on who asks, beyond what their roles let them see: it is nobody else's answer.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::SeeOwnRights | Self::SeeAccounts | Self::SignIn | Self::KeepOwnAccount)
    }
}

/// Declares the actions, and the rule of each in the same place.
macro_rules! table {
    ($($(#[$section:meta])* $name:ident $word:literal $about:literal {
        $(public: $public:ident)? $(user: $user:ident)? $(roles: [$($role:ident: $reach:ident),+])? $(, service: $service:ident)?
    })+) => {
        /// Something that can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $(#[doc = $about] $name),+ }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its word in GraphQL, in the audit trail and in the published table.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What it is, in a phrase.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => $about),+ }
            }

            /// Who may do it.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule {
                        public: table!(@reach $($public)?),
                        user: table!(@reach $($user)?),
                        roles: &[$($((Role::$role, Reach::$reach)),+)?],
                        service: table!(@service $($service)?),
                    }),+
                }
            }
        }

        /// A type for each action, so that a permit for one is no permit for another.
        pub mod action {
            $(
                #[doc = $about]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl super::Acts for $name {
                    const ACTION: super::Action = super::Action::$name;
                }
            )+
        }
    };
    (@reach) => { None };
    (@reach $reach:ident) => { Some(Reach::$reach) };
    (@service) => { None };
    (@service $service:ident) => { Some(ServiceScope::$service) };
}

/// A type that stands for an action.
pub trait Acts: Send + Sync + 'static {
    /// The action.
    const ACTION: Action;
}

table! {
    // Reading. What is not listed for a role is, to it, not there.
    SeePublished "SEE_PUBLISHED" "See published figures, targets, agencies, public documents and directives" { public: All }
    SeeDrafts "SEE_DRAFTS" "See figures that are being drafted, were returned or withdrawn" {
        roles: [Reporter: Held, Head: Held], service: WriteFigures
    }
    SeeSubmitted "SEE_SUBMITTED" "See figures that are submitted or endorsed" {
        roles: [Reporter: Held, Head: Held, StandingOffice: Held, Inspector: All], service: ReadFigures
    }
    SeeInternal "SEE_INTERNAL" "See internal documents, directives and recommendations" {
        roles: [Reporter: All, Head: All, StandingOffice: All, Leader: All, Inspector: All], service: ReadInternal
    }
    SeeRestricted "SEE_RESTRICTED" "See restricted documents, directives and recommendations as one of their parties" {
        roles: [Reporter: Held, Head: Held, StandingOffice: Held, Leader: Held, Inspector: All]
    }
    SeeObligations "SEE_OBLIGATIONS" "See what is to be reported, by whom, and what of it has been answered" {
        roles: [Reporter: Held, Head: Held, StandingOffice: Held, Leader: Held, Inspector: All], service: ReadFigures
    }

    // Figures.
    DraftMeasurement "DRAFT_MEASUREMENT" "Draft a figure" { roles: [Reporter: Held], service: WriteFigures }
    SubmitMeasurement "SUBMIT_MEASUREMENT" "Submit a drafted figure" {
        roles: [Reporter: Held], service: WriteFigures
    }
    WithdrawMeasurement "WITHDRAW_MEASUREMENT" "Withdraw a figure that is not endorsed" {
        roles: [Reporter: Held], service: WriteFigures
    }
    AnswerNil "ANSWER_NIL" "Answer that nothing arose in a period" { roles: [Reporter: Held], service: WriteFigures }
    CorrectMeasurement "CORRECT_MEASUREMENT" "Propose a correction of a published figure" {
        roles: [Reporter: Held], service: WriteFigures
    }
    EndorseMeasurement "ENDORSE_MEASUREMENT" "Endorse a submitted figure of somebody else" { roles: [Head: Held] }
    ReturnMeasurement "RETURN_MEASUREMENT" "Return a figure with a reason" {
        roles: [Head: Held, StandingOffice: Held]
    }
    PublishMeasurement "PUBLISH_MEASUREMENT" "Publish an endorsed figure of somebody else" {
        roles: [StandingOffice: Held]
    }
    RequestUnlock "REQUEST_UNLOCK" "Ask that a closed period be opened" { roles: [Reporter: Held, Head: Held] }
    DecideUnlock "DECIDE_UNLOCK" "Open a closed period at the request of somebody else, or refuse" { roles: [StandingOffice: Held] }

    // Directives.
    IssueDirective "ISSUE_DIRECTIVE" "Issue a directive to agencies of the same province, or with a part in the programme" {
        roles: [Leader: Held]
    }
    AcceptDirective "ACCEPT_DIRECTIVE" "Accept a directive one leads" { roles: [Head: Held] }
    DelegateDirective "DELEGATE_DIRECTIVE" "Delegate a part to an agency below" { roles: [Head: Held] }
    ReportProgress "REPORT_PROGRESS" "Report progress and obstacles" {
        roles: [Reporter: Held, Head: Held], service: WriteProgress
    }
    RequestInput "REQUEST_INPUT" "Ask a coordinating agency for input" { roles: [Reporter: Held, Head: Held] }
    GiveInput "GIVE_INPUT" "Give the input one was asked for" { roles: [Reporter: Held, Head: Held] }
    RequestExtension "REQUEST_EXTENSION" "Ask for a later deadline" { roles: [Head: Held] }
    DecideExtension "DECIDE_EXTENSION" "Approve, refuse or counter a request of somebody else for a later deadline" {
        roles: [Leader: Held]
    }
    AnswerCounterOffer "ANSWER_COUNTER_OFFER" "Accept or decline a later deadline that somebody else offers" {
        roles: [Head: Held]
    }
    ReportDone "REPORT_DONE" "Report a directive as done, with its parts or a reason" { roles: [Head: Held] }
    ConfirmDone "CONFIRM_DONE" "Confirm what somebody else reported as done" {
        roles: [StandingOffice: Held, Leader: Held]
    }
    SendBackDirective "SEND_BACK_DIRECTIVE" "Send a directive back with a reason" {
        roles: [StandingOffice: Held, Leader: Held]
    }
    CancelDirective "CANCEL_DIRECTIVE" "Cancel a directive, with its parts, with a reason" { roles: [Leader: Held] }

    // Recommendations.
    Recommend "RECOMMEND" "Make a recommendation to an authority" { roles: [Head: Held] }
    AcknowledgeRecommendation "ACKNOWLEDGE_RECOMMENDATION" "Acknowledge a recommendation that one is to answer" {
        roles: [Head: Held, Leader: Held]
    }
    AnswerRecommendation "ANSWER_RECOMMENDATION" "Answer a recommendation of somebody else" {
        roles: [Head: Held, Leader: Held]
    }
    RefuseRecommendation "REFUSE_RECOMMENDATION" "Refuse a recommendation of somebody else, with a reason" {
        roles: [Head: Held, Leader: Held]
    }
    WithdrawRecommendation "WITHDRAW_RECOMMENDATION" "Withdraw a recommendation that was not answered" { roles: [Head: Held] }

    // Files.
    AttachFile "ATTACH_FILE" "Send a file that goes with what one writes" {
        roles: [Reporter: Held, Head: Held, StandingOffice: Held], service: WriteFigures
    }

    // The catalogue.
    KeepCatalogue "KEEP_CATALOGUE" "Keep documents, indicators, definitions and targets" {
        roles: [StandingOffice: Programme]
    }
    JudgeTarget "JUDGE_TARGET" "Judge how a target in words stands" { roles: [StandingOffice: Programme] }
    EndorseJudgement "ENDORSE_JUDGEMENT" "Endorse a judgement of somebody else, or return it" {
        roles: [StandingOffice: Programme, Leader: Programme]
    }
    AssignReporting "ASSIGN_REPORTING" "Say who reports what, and how often" { roles: [StandingOffice: Held] }
    Chase "CHASE" "Remind those who owe a report" { roles: [StandingOffice: Held] }

    // Administration.
    ManageAgencies "MANAGE_AGENCIES" "Keep the tree of agencies" { roles: [Administrator: Held] }
    ManageCalendar "MANAGE_CALENDAR" "Keep holidays, regimes and due dates, and who is told of what" { roles: [Administrator: Held] }
    SeeAccounts "SEE_ACCOUNTS" "See accounts and the roles they hold" { roles: [Inspector: All, Administrator: Held] }
    CreateAccount "CREATE_ACCOUNT" "Create an account, change its name" { roles: [Administrator: Held] }
    DisableAccount "DISABLE_ACCOUNT" "Disable an account of somebody else, or enable it again" {
        roles: [Administrator: Held]
    }
    GrantRole "GRANT_ROLE" "Grant a role to somebody else, or end it" { roles: [Administrator: Held] }
    ResetPassword "RESET_PASSWORD" "Let somebody else choose a new password, or a new second factor" {
        roles: [Administrator: Held]
    }
    EndSessions "END_SESSIONS" "End sessions of somebody else" { roles: [Administrator: Held] }
    ManageServices "MANAGE_SERVICES" "Keep service accounts and their secrets" { roles: [Administrator: Held] }
    SeeAuditTrail "SEE_AUDIT_TRAIL" "See who did what" { roles: [Inspector: All] }

    // One's own account.
    SeeOwnRights "SEE_OWN_RIGHTS" "See what one may do oneself with what one sees" { public: Own }
    SignIn "SIGN_IN" "Sign in, refresh a session, ask for a reset link by e-mail, set a new password by one" { public: Own }
    KeepOwnAccount "KEEP_OWN_ACCOUNT" "See and end one's own sessions, change one's own password and second factor, read one's own notifications" { user: Own }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The roles that may do something.
    fn holders(action: Action) -> Vec<Role> {
        action.rule().roles.iter().map(|(role, _)| *role).collect()
    }

    const FIGURES: [Action; 10] = [
        Action::DraftMeasurement,
        Action::SubmitMeasurement,
        Action::WithdrawMeasurement,
        Action::AnswerNil,
        Action::CorrectMeasurement,
        Action::EndorseMeasurement,
        Action::ReturnMeasurement,
        Action::PublishMeasurement,
        Action::RequestUnlock,
        Action::DecideUnlock,
    ];

    #[test]
    fn words_are_unique_and_shout_the_name() {
        let mut words: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        for action in Action::ALL {
            assert_eq!(action.as_str().replace('_', "").to_lowercase(), format!("{action:?}").to_lowercase());
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Action::ALL.len());
    }

    #[test]
    fn administrators_write_no_figures() {
        for action in FIGURES {
            assert!(!holders(action).contains(&Role::Administrator), "{action:?}");
        }
    }

    #[test]
    fn inspectors_only_see() {
        for action in Action::ALL.iter().filter(|action| holders(**action).contains(&Role::Inspector)) {
            assert!(action.as_str().starts_with("SEE_"), "{action:?}");
        }
    }

    #[test]
    fn only_administrators_grant() {
        for action in [Action::GrantRole, Action::CreateAccount, Action::ResetPassword, Action::ManageServices] {
            assert_eq!(holders(action), [Role::Administrator]);
        }
    }

    #[test]
    fn nobody_drafts_by_the_role_that_endorses_or_publishes() {
        for role in [Role::Head, Role::StandingOffice, Role::Leader] {
            assert!(!holders(Action::SubmitMeasurement).contains(&role), "{role}");
        }
        assert!(!holders(Action::EndorseMeasurement).contains(&Role::StandingOffice));
        assert_eq!(holders(Action::PublishMeasurement), [Role::StandingOffice]);
    }

    #[test]
    fn what_is_not_for_ones_own_says_so() {
        for action in Action::ALL {
            assert_eq!(action.is_for_others(), action.about().contains("somebody else"), "{action:?}");
        }
    }

    #[test]
    fn what_is_ones_own_is_nobody_elses_answer() {
        for action in Action::ALL {
            let rule = action.rule();
            let reaches = rule.roles.iter().map(|(_, reach)| *reach).chain(rule.public).chain(rule.user);
            let is_own = reaches.into_iter().any(|reach| reach == Reach::Own);
            // Everybody sees their own account, whatever their roles.
            assert_eq!(action.is_personal(), is_own || *action == Action::SeeAccounts, "{action:?}");
        }
    }

    #[test]
    fn machines_neither_endorse_nor_administrate() {
        for action in Action::ALL {
            if let Some(scope) = action.rule().service {
                let of_reporters = holders(*action).contains(&Role::Reporter);
                assert!(of_reporters, "{action:?} by {scope}: a machine may what a reporter may, or less");
            }
        }
    }
}
