//! Judgements (nhận định).

use async_graphql::Context;
use db::{
    assessment::{self, Judgement as Row, JudgementFilter, NewJudgement, OneJudgement, ReturnedJudgement},
    noun::ById,
    target::Target as TargetRow,
};

use crate::{
    accounts::Account,
    mutation::mutations,
    object::{maybe, object, one, root_lists},
    page::{Answer, loaders},
    payload::payload,
    permissions::viewer_can,
    programmes::jurisdiction,
    targets::Target,
    viewer::viewer,
};

object! {
    /// A judgement (nhận định): how a target in words stands on a day. Once decided on it never changes; a later one takes its place.
    /// Until it is endorsed, only those see it who see what is internal.
    Judgement shows Row, by SeePublished;
    {
        /// The target
        async fn target(&self, context: &Context<'_>) -> Answer<Target> {
            one(context, self.row.target_id).await
        }

        /// Who judged; null for whom the viewer may not see
        async fn recorded_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.recorded_by).await
        }

        /// Who decided; null while nobody has, and for whom the viewer may not see
        async fn decided_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.decided_by).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<JudgementPermissions> {
            let viewer = &viewer(context).principal;
            let target = match loaders(context).load_one(ById::<TargetRow>::new(self.row.target_id)).await {
                Ok(target) => target?,
                Err(error) => return Some(Err(error.into())),
            };
            let jurisdiction = match jurisdiction(context, target.programme_id).await? {
                Ok(jurisdiction) => jurisdiction,
                Err(error) => return Some(Err(error)),
            };
            let may = |action| self.row.is_open(viewer, action, jurisdiction);
            Some(Ok(JudgementPermissions::of(may)))
        }
    }
}

viewer_can! {
    /// What the viewer may do with a judgement now, by their roles, its state, and who judged.
    JudgementPermissions {
        /// Endorse or return it; never what one judged oneself
        decide: EndorseJudgement,
    }
}

root_lists! {
    JudgementQuery;
    {}
    /// Judgements on targets in words, the latest first; with `states: [PROPOSED]` those that wait for somebody else
    judgements: Judgement (JudgementFilter);
}

payload! {
    /// What became of a judgement.
    JudgeTargetPayload by JudgeTarget {
        /// The judgement; null if nothing was written
        judgement: Judgement
    }
}

payload! {
    /// What became of a decision on a judgement.
    JudgementDecisionPayload by EndorseJudgement, with current {
        /// The judgement; null if nothing was written
        judgement: Judgement
    }
}

mutations! {
    JudgementMutation;
    /// Judges how a target in words stands. It counts once somebody else has endorsed it
    judge_target(NewJudgement, "Which, and how it stands") -> JudgeTargetPayload by JudgeTarget = assessment::judge;
    /// Endorses a judgement of somebody else: from then on it counts
    endorse_judgement(OneJudgement, "Which") -> JudgementDecisionPayload of judgement by EndorseJudgement = assessment::endorse;
    /// Returns a judgement of somebody else, with a reason
    return_judgement(ReturnedJudgement, "Which, and why") -> JudgementDecisionPayload of judgement by EndorseJudgement = assessment::give_back;
}
