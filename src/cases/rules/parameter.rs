//! The registry of parameters: for each an id, the form of its value, its articles and how sure the value is.
//!
//! A row with several values is several parameters, the further ones written `row.which`. What each is worth on
//! which day: the tables beside this file. Articles: a bare number is of Law 26/2008 as amended, `L` of Law 106/2025,
//! `D` of Decree 62/2015 as amended, `C13` of Circular 13/2021, `JC` of a joint circular.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::Form;

/// How sure a value is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Certainty {
    /// Unsure.
    Low,
    /// Likely.
    Medium,
    /// Sure.
    High,
}

macro_rules! parameters {
    ($($variant:ident = $id:literal, $form:ident, $article:literal, $certainty:ident, $what:literal;)*) => {
        /// A value of the law or of the statistics that changes by date.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Parameter {
            $(#[doc = $what] $variant,)*
        }

        impl Parameter {
            /// Every parameter, in the order of the law.
            pub const ALL: &'static [Parameter] = &[$(Parameter::$variant),*];

            /// The id in `parameter_set` and in reports, for instance `verify_again.long`.
            pub const fn id(self) -> &'static str {
                match self { $(Parameter::$variant => $id,)* }
            }

            /// The form that its value has.
            pub const fn form(self) -> Form {
                match self { $(Parameter::$variant => Form::$form,)* }
            }

            /// The articles it stands in.
            pub const fn article(self) -> &'static str {
                match self { $(Parameter::$variant => $article,)* }
            }

            /// How sure its built-in values are, where a value does not say otherwise of itself.
            pub const fn certainty(self) -> Certainty {
                match self { $(Parameter::$variant => Certainty::$certainty,)* }
            }

            /// What it says; for a limit, of what and from when.
            pub const fn what(self) -> &'static str {
                match self { $(Parameter::$variant => $what,)* }
            }
        }
    };
}

parameters! {
    Order = "order", Span, "36.1; L34.3", High, "Order on request, from the request with the judgment (r2026: or news of a set condition).";
    OrderProactive = "order_proactive", Span, "36.2; L33.3a", High, "Proactive order, from the judgment.";
    OrderBankruptcy = "order_bankruptcy", Span, "36.2; L33.3c", High, "Order on a decision in bankruptcy.";
    OrderUrgent = "order_urgent", Span, "36.2; L33.3b", High, "Order on a provisional urgent measure.";
    OrderReceived = "order_received", Span, "57.1b; L49.2", High, "Order of the office that receives an entrusted case.";
    OrderReceivedUrgent = "order_received.urgent", Span, "57.1b; L49.2", High, "The same, urgent measure.";
    OrderPrivate = "order_private", Span, "L31.4", High, "Order of a private office, from the contract.";
    OrderPrivateState = "order_private.state", Span, "L31.6", High, "Order of the state office, from a private office's full file.";
    UrgentAct = "urgent_act", Span, "130.1; L62.1-2", High, "Measures on an urgent order, from the enforcer's having it.";
    UrgentActNotice = "urgent_act.notice", Span, "L62.1-2", High, "Notice of an urgent order.";
    ProactiveKinds = "proactive_kinds", Grounds, "36.2; L33.2", High, "What is enforced without a request.";
    RequestLimitation = "request_limitation", Span, "30; L34.2", High, "Time to ask, from force or from the due date of each instalment.";
    RequestLimitationRenewed = "request_limitation.renewed", Span, "30; L34.2", High, "The same, for a request once returned.";
    RefusalLimit = "refusal_limit", Span, "31.5; L34.4", High, "Refusal of a request.";
    RefusalGrounds = "refusal_grounds", Grounds, "31.5; L34.4", High, "Grounds to refuse a request.";
    Assign = "assign", Span, "36.2", High, "Assignment of an enforcer, from the order.";
    FileOpened = "file_opened", Span, "D8", High, "Opening of the file, from the assignment.";
    EnforcerChangeLimit = "enforcer_change_limit", Span, "D10.3", High, "Answer to a request to change the enforcer.";
    Notice = "notice", Span, "39.2; L35", High, "Notice of a document to the parties.";
    NoticeProcuracy = "notice.procuracy", Span, "38; L35", High, "Orders sent to the procuracy.";
    NoticeModes = "notice_modes", Grounds, "39.3, D12.1; L35.3-4", High, "How notice may be given.";
    Voluntary = "voluntary", Span, "45.1; L36.1", High, "Voluntary period, from valid notice of the order.";
    VerifyFirst = "verify_first", Span, "44.1; L37.1", High, "First verification, from the end of the voluntary period.";
    VerifyAgain = "verify_again", Span, "44.2; L38.3", High, "Next verification while not yet enforceable, from the last.";
    VerifyAgainLong = "verify_again.long", Span, "44.2; L38.3", High, "The same, 2 years or more of prison left or address unknown.";
    VerifyOnNews = "verify_on_news", Span, "D9.4; L38.2", High, "Verification, from written news.";
    VerifyRedo = "verify_redo", Span, "44.5; L37.5", High, "New verification where results differ or on a protest.";
    VerifyForOther = "verify_for_other", Span, "D9.2", High, "Answer to another office's request to verify.";
    VerifyForOtherRegistered = "verify_for_other.registered", Span, "D9.2", High, "The same, registered assets.";
    VerifyForOtherRegisteredHard = "verify_for_other.registered_hard", Span, "D9.2", High, "The same, registered assets, a hard case.";
    NotYetGrounds = "not_yet_grounds", Grounds, "44a.1; L38.1", High, "Grounds of not yet enforceable.";
    NotYetGroundsAddressOf = "not_yet_grounds.address_of", Grounds, "44a.1c; L38.1c", High, "Whose unknown address is ground c.";
    NotYetDecision = "not_yet_decision", Span, "D9.4; L38.1", High, "Decision of not yet enforceable, from the ground.";
    Published = "published", Span, "D11", High, "Publication of the debtor, from the decision.";
    PublicationUpdated = "publication_updated", Span, "D11", High, "Change of what is published.";
    PublicationRemoved = "publication_removed", Span, "D11", High, "Removal from publication.";
    TrackingAfter = "tracking_after", Span, "D9.5", High, "Into the tracking book, from the decision of not yet enforceable, no news since.";
    TrackingAfterLong = "tracking_after.long", Span, "D9.5", High, "The same, 2 years or more of prison left or address unknown.";
    TrackingAfterVerifications = "tracking_after.verifications", Count, "D9.5", High, "Verifications that must have been made by then.";
    TrackingBook = "tracking_book", Span, "D9.5", High, "Move to the tracking book, from its conditions being met.";
    ReturnAfter = "return_after", Span, "51; L38.4", High, "Return of the request, from the decision of not yet enforceable.";
    PostponeGrounds = "postpone_grounds", Grounds, "48.1-2; L46.1-2", High, "Grounds to postpone.";
    PostponeGroundsPersonal = "postpone_grounds.personal", Grounds, "L46.1a-b", High, "Those of them that hold for a personal duty only.";
    PostponeLimit = "postpone_limit", Span, "48.3; L46", High, "Decision to postpone, from the ground.";
    PostponeLimitAuthority = "postpone_limit.authority", Span, "48.2; L46.2", High, "The same, asked by the person with right of protest.";
    PostponeEnd = "postpone_end", Span, "48.4; L46", High, "Decision to go on, from the end of the ground.";
    PostponeByRequest = "postpone_by_request", Span, "48.2; L46.2", High, "Longest postponement so asked, from the date of the request; once.";
    PostponeByRequestNotice = "postpone_by_request.notice", Span, "48.2; L46.2", High, "How long before coercion the request must come to bind.";
    SuspendGrounds = "suspend_grounds", Grounds, "49; L47", High, "Grounds of temporary suspension.";
    SuspendGroundsNotice = "suspend_grounds.notice", Grounds, "49; L47", High, "Those of them on which the office only notifies.";
    SuspendLimit = "suspend_limit", Span, "49.2-3; L47", High, "Decision to suspend, from the ground.";
    ResumeLimit = "resume_limit", Span, "49.3; L47", High, "Decision to resume, from the end of the ground.";
    SuspendNotice = "suspend_notice", Span, "49.2; L47", High, "Notice of suspension.";
    InterestStops = "interest_stops", Grounds, "48, 49.1; L46, 47.2", High, "Standings while which no late interest runs.";
    TerminateGrounds = "terminate_grounds", Grounds, "50.1; L48", High, "Grounds of termination.";
    TerminateLimit = "terminate_limit", Span, "50.2; L48", High, "Decision to terminate, from the ground.";
    WithdrawGrounds = "withdraw_grounds", Grounds, "37.1, 57.1a; L52.1", High, "Grounds to withdraw an order.";
    RightsTransferLimit = "rights_transfer_limit", Span, "54.3; L41.4", High, "Decision on a transfer of rights and duties.";
    PausePower = "pause_power", Flag, "145.1b; L101.1b", High, "Whether who resolves a complaint may pause the enforcement.";
    ConfirmLimit = "confirm_limit", Span, "53", High, "Confirmation of the result, from the request for it.";
    Entrust = "entrust", Span, "57.1a; L49.2", High, "Entrustment, from the finding.";
    EntrustUrgent = "entrust.urgent", Span, "57.1a; L49.2", High, "The same, urgent measure.";
    EntrustDecline = "entrust_decline", Grounds, "57.3", High, "Grounds to give an entrusted case back.";
    AssetEntrust = "asset_entrust", Span, "57.2; L50", High, "Decision of the office entrusted with an asset.";
    AssetEntrustMoney = "asset_entrust.money", Span, "57.2; L50", High, "Money sent back, from the hand-over.";
    PullUp = "pull_up", Flag, "35.2h; L19", High, "Whether the province may pull a case up.";
    SecurityMeasures = "security_measures", Grounds, "66.3; L66.1", High, "Security measures.";
    SecurityMinutes = "security_minutes", Span, "67.2, 68.2; L67.4, 69.2", High, "Decision to freeze or hold, from the minutes.";
    FreezeNext = "freeze_next", Span, "67.3; L66.4", High, "Coercion or lifting after a freeze, from the decision (r2026: from full grounds to coerce).";
    HoldNext = "hold_next", Span, "68.5; L66.4", High, "The same after holding property, from grounds of ownership (r2026: as freeze_next).";
    StopNext = "stop_next", Span, "69.4; L66.4", High, "The same after stopping a transfer, from grounds of ownership (r2026: as freeze_next).";
    LiftLimitFreeze = "lift_limit.freeze", Span, "77.2; L95", High, "Lifting of a freeze, from the ground.";
    LiftLimitDistraint = "lift_limit.distraint", Span, "105.2; L95", High, "Lifting of a distraint, from the ground.";
    CoercionNumbers = "coercion_numbers", Grounds, "71; L71", High, "Coercive measures; the letter is the number in the article.";
    CoercionBan = "coercion_ban", Grounds, "46.2; L72.5", High, "When no coercion is carried out.";
    CoercionBanForce = "coercion_ban.force", Grounds, "46.2, D13.2", High, "When none is carried out with mobilised force, besides.";
    CoercionBanTet = "coercion_ban.tet", Span, "D13.2", High, "How long before and after Tết none is carried out with force.";
    CoercionCostNotice = "coercion_cost_notice", Span, "73.4; L72.7", High, "Notice of the costs, before the day of coercion.";
    PolicePlan = "police_plan", Span, "72.4; L72.6b", High, "The police's plan of protection.";
    DistraintNotice = "distraint_notice", Span, "88.1; L80.2a", High, "Notice before immovables are distrained.";
    ActDeadline = "act_deadline", Span, "118; L91", High, "Time set to do an act.";
    ActDeadlineChild = "act_deadline.child", Span, "120; L93", High, "Time set to hand over a child.";
    ActDeadlineWork = "act_deadline.work", Span, "121; L94", High, "Time set to take a worker back.";
    ActDeadlineFine = "act_deadline.fine", Flag, "118-121; L91-94", High, "Whether a fine comes with it.";
    DisputeSue = "dispute_sue", Span, "74.1, 75.1; L39", High, "Time to sue over ownership or for division, from notice.";
    ShamDealCreditor = "sham_deal_creditor", Span, "75.2; L39.4", High, "The creditor's time to sue over a sham deal; then the enforcer asks the court.";
    PreemptImmovable = "preempt.immovable", Span, "74.3; L83.1", High, "A co-owner's right to buy first, immovables, from notice.";
    PreemptMovable = "preempt.movable", Span, "74.3; L83.1", High, "The same, movables.";
    PreemptLater = "preempt.later", Span, "74.3; L83.1", High, "The same, at later rounds.";
    PreemptUntil = "preempt.until", Span, "L83.1", High, "How long before the auction it ends.";
    AppraiserContract = "appraiser_contract", Span, "98.2; L82.1a", High, "Contract with an appraiser, from the distraint.";
    AppealReappraisal = "appeal_reappraisal", Span, "99.1b; L82.2c", High, "Request to appraise again, once, from notice of the value.";
    ReappraisalDo = "reappraisal_do", Span, "L82.3", High, "New appraisal, from the request.";
    AuctionContract = "auction_contract", Span, "101.2; L83.2a", High, "Contract with an auctioneer, from the appraisal (r2026: from the end of appeal_reappraisal or the new result).";
    AuctionContractCentre = "auction_contract.centre", Span, "L83.2a", High, "After it, contract with the public auction centre.";
    AuctionHeldMovable = "auction_held.movable", Span, "101.2; L83.2a", High, "Auction of movables, from the contract.";
    AuctionHeldImmovable = "auction_held.immovable", Span, "101.2; L83.2a", High, "Auction of immovables, from the contract.";
    SaleNoAuction = "sale_no_auction", Span, "101.4; L83.2b", High, "Sale without auction, from the distraint (r2026: from the price).";
    SaleNoAuctionBelow = "sale_no_auction.below", Amount, "101.4; L83.2b", High, "Value below which an asset may be so sold.";
    EnforcerAuctionFrom = "enforcer_auction.from", Amount, "101.3", High, "Least value of movables that the enforcer auctions.";
    EnforcerAuctionTo = "enforcer_auction.to", Amount, "101.3", High, "Greatest value of movables that the enforcer auctions.";
    UnsoldTell = "unsold_tell", Span, "104.1", High, "Telling the parties of the first failure, from the unsold notice.";
    UnsoldAgree = "unsold_agree", Span, "104.1", High, "The parties' time to agree on a reduction, from being told.";
    ReduceLimit = "reduce_limit", Span, "104.4; L83.3", High, "Decision to reduce, from the unsold notice.";
    ReduceLimitBudget = "reduce_limit.budget", Span, "104.4; L83.3", High, "The same, for claims of the budget.";
    ReduceMax = "reduce_max", Ratio, "104.5; L83.3", High, "The greatest reduction, of the preceding start price.";
    TakeFrom = "take_from", Count, "104.2; L83.3", High, "The reduction after which, the round failed, a creditor may take the asset.";
    RedeemAfterTake = "redeem_after_take", Span, "104.2", High, "The debtor's time to keep it, from notice of the taking.";
    TakeByAgreement = "take_by_agreement", Span, "100.2; L86.1", High, "Hand-over of an asset taken by agreement.";
    GiveBackWhen = "give_back_when", Choice, "104.3; L83.3", High, "What the reduced value must not exceed for the asset to go back, the creditor refusing it.";
    RedeemUntil = "redeem_until", Span, "101.5; L83.4", High, "How long before the auction the debtor may still redeem.";
    AuctionPay = "auction_pay", Span, "D27.3", High, "Payment of the price, from the sale; no extension.";
    Handover = "handover", Span, "D27.3", High, "Hand-over, from full payment.";
    HandoverHard = "handover.hard", Span, "D27.3", High, "The same, a hard case.";
    Disburse = "disburse", Span, "47.5; L54.6", High, "Paying over, from the collection.";
    DisburseAuction = "disburse.auction", Span, "D27.4; L54.6", High, "Paying over auction proceeds, from the hand-over.";
    PriorityFirst = "priority_first", Grounds, "47.1, 115.5; L54.1, 89.2", High, "What is paid before all claims.";
    Priority = "priority", Grounds, "47.1; L54.1", High, "Classes of claims: letter the class, name the kind of obligation, `rest` for all others.";
    PrioritySecured = "priority_secured", Grounds, "47.3; L54.3", High, "What is paid before a secured creditor.";
    PriorityClaimants = "priority_claimants", Choice, "47.2b; L54.2b", High, "Whose claims share in money of a coercion.";
    InterestOrder = "interest_order", Grounds, "JC11/2016 Art. 6.1", High, "Order inside one obligation.";
    RentRate = "rent_rate", Choice, "115.5; L89.2", High, "Rent left to the debtor of a sole home.";
    RentRatePeriod = "rent_rate.period", Span, "115.5; L89.2", High, "For how long.";
    DepositAfter = "deposit_after", Span, "126; L59", High, "Payee absent: money is banked, from notice.";
    GoodsAfter = "goods_after", Span, "126; L59", High, "Payee absent: goods are sold, from notice.";
    GoodsAfterPerishable = "goods_after.perishable", Span, "L59", High, "The same, perishable goods.";
    PapersAfter = "papers_after", Span, "126; L59", High, "Payee absent: papers are dealt with, from notice.";
    PayeeNotice = "payee_notice", Span, "L59.1", High, "Notice to the payee, from the order or the ground.";
    UnclaimedAfter = "unclaimed_after", Span, "D49.5; L59.1", High, "Unclaimed money to the budget, from the judgment's force.";
    UnclaimedAfterLater = "unclaimed_after.later", Span, "D49.5; L59.1", High, "The same, collected later, from notice.";
    HeldNoJudgment = "held_no_judgment", Span, "L57.4", High, "Money held on which no judgment came to the budget, from its collection.";
    HeldMoneyReview = "held_money_review", Span, "", Low, "Review of money temporarily held.";
    EvidenceToFinance = "evidence_to_finance", Span, "124; L57", High, "Evidence handed to the finance authority, from the order.";
    DestroyCouncil = "destroy_council", Span, "125; L58", High, "Council of destruction, from the order.";
    BaseSalary = "base_salary", Amount, "", High, "Base salary, a month.";
    FeeThreshold = "fee_threshold", Ratio, "Circular 216/2016", High, "A fee is due on more than so many base salaries.";
    FeeSteps = "fee_steps", FeeSteps, "Circular 216/2016", High, "Steps of the fee.";
    FeePayer = "fee_payer", Choice, "60; L53.1", High, "Who pays the fee.";
    FeeExempt = "fee_exempt", Grounds, "Circular 216/2016 Art. 6", High, "What bears no fee.";
    FeeExemptDebtor = "fee_exempt.debtor", Grounds, "L53.1", High, "When a debtor who asks pays none.";
    ExemptWhole = "exempt_whole", ExemptionBands, "61.1-2, JC12/2015; L42.1", High, "When the whole remainder may be waived.";
    ReducePart = "reduce_part", ExemptionBands, "61.3; L42.2", High, "When a part may be waived, and how much.";
    ExemptHardship = "exempt_hardship", Grounds, "61.4; L42.3", High, "What may be waived for hardship or great merit, part being paid.";
    ExemptOften = "exempt_often", Count, "61.5; L42.4", High, "How often a year, per judgment.";
    ExemptVerified = "exempt_verified", Span, "62.3; L43.3", High, "How old the verification may be.";
    Complain1 = "complain.1", Span, "140; L96", High, "Complaint of class 1, from the decision's being known.";
    Complain2Freeze = "complain.2_freeze", Span, "140; L96", High, "Complaint of class 2, a frozen account.";
    Complain2 = "complain.2", Span, "140; L96", High, "Complaint of class 2, another security measure.";
    Complain3 = "complain.3", Span, "140; L96", High, "Complaint of class 3.";
    Complain4 = "complain.4", Span, "140; L96", High, "Complaint of class 4.";
    ComplainLevel2 = "complain.level2", Span, "140; L96", High, "Complaint at level 2, from the decision of level 1.";
    ComplaintAccept = "complaint_accept", Span, "148, C13.9; L104", High, "Acceptance of a complaint, from receiving it.";
    ComplaintAcceptLevel2 = "complaint_accept.level2", Span, "148, C13.9; L104", High, "The same, level 2.";
    ComplaintResolve1 = "complaint_resolve.1", Span, "146; L102", High, "Resolution, class 1, level 1, from acceptance.";
    ComplaintResolve2 = "complaint_resolve.2", Span, "146; L102", High, "Resolution, class 2, level 1 (final).";
    ComplaintResolve3 = "complaint_resolve.3", Span, "146; L102", High, "Resolution, class 3, level 1.";
    ComplaintResolve4 = "complaint_resolve.4", Span, "146; L102", High, "Resolution, class 4, level 1.";
    ComplaintResolveLevel2Class1 = "complaint_resolve.level2_1", Span, "146; L102", High, "Resolution, class 1, level 2.";
    ComplaintResolveLevel2Class3 = "complaint_resolve.level2_3", Span, "146; L102", High, "Resolution, class 3, level 2.";
    ComplaintResolveLevel2Class4 = "complaint_resolve.level2_4", Span, "146; L102", High, "Resolution, class 4, level 2.";
    ComplaintExtend = "complaint_extend", Span, "146; L102", High, "What is added where a complaint is complex or the place remote.";
    ComplaintBy = "complaint_by", Choice, "142; L98", High, "Who resolves at level 1.";
    ComplaintByLevel2 = "complaint_by.level2", Choice, "142; L98", High, "Who resolves at level 2.";
    DenunciationAccept = "denunciation_accept", Span, "C13.16", High, "Acceptance of a denunciation, from receiving it.";
    DenunciationAcceptChecks = "denunciation_accept.checks", Span, "C13.16", High, "The same, with checks.";
    Denunciation = "denunciation", Span, "157.2; L110.2", High, "Conclusion on a denunciation, from acceptance.";
    DenunciationHard = "denunciation.hard", Span, "157.2; L110.2", High, "The same, a hard case.";
    DenunciationVeryHard = "denunciation.very_hard", Span, "L110.2", High, "The same, a very hard case.";
    ProtestLimit = "protest_limit", Span, "160.2; L112.2", High, "Protest of the procuracy of the same level.";
    ProtestLimitAbove = "protest_limit.above", Span, "160.2; L112.2", High, "Protest of the procuracy above (r2026: the supreme).";
    ProtestLimitClosure = "protest_limit.closure", Span, "L112.2", High, "Protest once the case is finished, from notice of that.";
    ProtestAnswer = "protest_answer", Span, "161; L113.1", High, "Answer to a protest.";
    PetitionAnswer = "petition_answer", Span, "161; L113.1", Medium, "Answer to a petition.";
    CarryOut = "carry_out", Span, "161; L113.1", High, "Carrying out an accepted protest or petition, from the answer.";
    ProtestDisagreeReanswer = "protest_disagree.reanswer", Span, "L113.2", High, "The procuracy's answer to a request to think again.";
    ProtestDisagree = "protest_disagree", Span, "161.2; L113.2", High, "The superior's decision on a protest disagreed with.";
    ByHead = "by_head", Grounds, "23, 36-57; L22", High, "What the head decides; the rest is the enforcer's.";
    Standings = "standings", Grounds, "", Medium, "How a case may end.";
    StatYear = "stat_year", Count, "", High, "The month in which the statistical year begins.";
    StatPeriods = "stat_periods", Numbers, "06/2019 Art. 4", High, "Lengths of the periods, in months from the year's beginning.";
    StatPeriodsInterAgency = "stat_periods.inter_agency", Numbers, "JC12/2021 Art. 6", High, "The same, inter-agency forms.";
    StatPeriodsLists = "stat_periods.lists", Numbers, "05/2024", High, "The same, lists.";
    StatClose = "stat_close", Choice, "06/2019; 05/2024 Art. 8", High, "When the books of a period close.";
    StatReportEnforcer = "stat_report.enforcer", Span, "08/2015; 06/2019 Art. 9", High, "The enforcer's report, from the period's end.";
    StatReportSub = "stat_report.sub", Span, "08/2015; 06/2019 Art. 9", High, "The SubDepartment's report.";
    StatReportDepartment = "stat_report.department", Span, "08/2015; 06/2019 Art. 9", High, "The Department's report.";
    StatColumns = "stat_columns", Grounds, "", Medium, "Columns of the tables.";
    StatCarried = "stat_carried", Choice, "", High, "What the next year takes over.";
    StatToExecute = "stat_to_execute", Grounds, "", High, "What is taken from the total to give what is to execute.";
    StatSum = "stat_sum", Grounds, "", High, "What adds up to what is to execute.";
    StatPostponedEnforceable = "stat_postponed_enforceable", Grounds, "06/2019", High, "Grounds of postponement that count as enforceable; unset, all do.";
    StatCredit = "stat_credit", Choice, "", Medium, "When money counts.";
    StatForms = "stat_forms", Grounds, "05/2024 Art. 2", High, "Forms of the report.";
    TargetNationalCases = "target_national.cases", Ratio, "", Medium, "National target of the statistical year, cases.";
    TargetNationalMoney = "target_national.money", Ratio, "", Medium, "National target of the statistical year, money.";
    TransitionPeriods = "transition_periods", Choice, "L115-116", Low, "Which length a period has that ran when a new law came.";
}

impl Parameter {
    /// The words that its value may use, where the code gives each a meaning of its own; `None` where any will do.
    pub const fn words(self) -> Option<&'static [&'static str]> {
        match self {
            Parameter::GiveBackWhen => Some(&["coercion_costs", "enforcement_costs"]),
            Parameter::PriorityClaimants => Some(&["decision_then_payment", "payment"]),
            Parameter::RentRate => Some(&["local_average"]),
            Parameter::FeePayer => Some(&["creditor", "requester"]),
            Parameter::ComplaintBy => Some(&["own_head", "provincial_or_private_head"]),
            Parameter::ComplaintByLevel2 => Some(&["next_above", "ministry_agency"]),
            Parameter::StatClose => Some(&["period_end"]),
            Parameter::StatCarried => Some(&["carried_out_less_tracking_book", "carried_out"]),
            Parameter::StatCredit => Some(&["paid_over_or_put_aside", "collected"]),
            Parameter::TransitionPeriods => Some(&["start_date"]),
            Parameter::InterestOrder => Some(&["principal", "interest"]),
            Parameter::PriorityFirst => Some(&["costs", "sole_home_rent", "transfer_fees_taxes"]),
            Parameter::PrioritySecured => {
                Some(&["costs", "sole_home_rent", "transfer_fees_taxes", "court_fee"])
            }
            Parameter::Priority => Some(&[
                "court_fee",
                "fine",
                "recovery",
                "confiscation",
                "other_budget",
                "maintenance",
                "wages",
                "severance",
                "jobloss",
                "disability",
                "injury",
                "social_insurance",
                "unemployment_insurance",
                "health_insurance",
                "loan",
                "damages",
                "dividing",
                "return_money",
                "other",
                "rest",
            ]),
            Parameter::ExemptHardship => {
                Some(&["court_fee", "fine", "recovery", "confiscation", "other_budget"])
            }
            _ => None,
        }
    }

    /// The time in which a complaint must be made: of a class (1 to 4) at level 1, of any at level 2; `None` for
    /// numbers that are no class or level. `frozen_account`: against the freezing of an account (class 2).
    pub const fn complain(class: u8, level: u8, frozen_account: bool) -> Option<Parameter> {
        match (level, class, frozen_account) {
            (1, 1, _) => Some(Parameter::Complain1),
            (1, 2, true) => Some(Parameter::Complain2Freeze),
            (1, 2, false) => Some(Parameter::Complain2),
            (1, 3, _) => Some(Parameter::Complain3),
            (1, 4, _) => Some(Parameter::Complain4),
            (2, 1 | 3 | 4, _) => Some(Parameter::ComplainLevel2),
            _ => None,
        }
    }

    /// The time in which a complaint must be accepted, by level; `None` for a number that is no level.
    pub const fn complaint_accept(level: u8) -> Option<Parameter> {
        match level {
            1 => Some(Parameter::ComplaintAccept),
            2 => Some(Parameter::ComplaintAcceptLevel2),
            _ => None,
        }
    }

    /// The time in which a complaint must be resolved, by class and level; `None` where there is no such level
    /// (class 2 ends at level 1).
    pub const fn complaint_resolve(class: u8, level: u8) -> Option<Parameter> {
        match (level, class) {
            (1, 1) => Some(Parameter::ComplaintResolve1),
            (1, 2) => Some(Parameter::ComplaintResolve2),
            (1, 3) => Some(Parameter::ComplaintResolve3),
            (1, 4) => Some(Parameter::ComplaintResolve4),
            (2, 1) => Some(Parameter::ComplaintResolveLevel2Class1),
            (2, 3) => Some(Parameter::ComplaintResolveLevel2Class3),
            (2, 4) => Some(Parameter::ComplaintResolveLevel2Class4),
            _ => None,
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A text that is no parameter's id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{given:?} is no parameter{}", likely(near))]
pub struct UnknownParameter {
    /// What was given, cut to 64 characters.
    pub given: String,
    /// Ids of which it is a part, or that are a part of it.
    pub near: Vec<&'static str>,
}

fn likely(near: &[&str]) -> String {
    if near.is_empty() { String::new() } else { format!("; there are: {}", near.join(", ")) }
}

impl FromStr for Parameter {
    type Err = UnknownParameter;

    fn from_str(text: &str) -> Result<Parameter, UnknownParameter> {
        if let Some(found) = Parameter::ALL.iter().copied().find(|parameter| parameter.id() == text) {
            return Ok(found);
        }
        let row = text.split('.').next().unwrap_or(text);
        let near = |id: &&str| {
            row.len() >= 3 && (id.contains(row) || row.contains(id.split('.').next().unwrap_or(id)))
        };
        Err(UnknownParameter {
            given: text.chars().take(64).collect(),
            near: Parameter::ALL.iter().map(|parameter| parameter.id()).filter(near).take(12).collect(),
        })
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Parameter, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
