//! Defects that the simulation plants into the core, one at a time, to prove that it would notice them. Only a build
//! with debug assertions can plant one; in every other the question is answered `false` when it is compiled.

/// One rule of the core, broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(debug_assertions, expect(missing_docs, reason = "each says itself what is done wrong"))]
pub enum Defect {
    UnclearIsRefused,
    InterruptedIsNotDone,
    FailsAtOnce,
    BeforeIsAfter,
    BetweenIsBefore,
    BusyIsDone,
    ReadingIsBelieved,
    IllIsHealthy,
    LimitsAreIgnored,
    OrderIsIgnored,
    TargetsAreShared,
    WayBackIsNotAsked,
    RollbackRunTakesOne,
    RollbackWaveTakesOne,
    DependentsStayForth,
    CoverageIsForgotten,
    EverythingGoesBack,
    BackDoesNotWait,
    StuckHoldsEverything,
    StuckHoldsNothing,
    HoldsEverything,
    HoldsNothing,
    TriesForever,
    TriesAreForgotten,
    AttemptsBeginAnew,
    FailureIsForgotten,
    OutputIsForgotten,
    DrainIsForgotten,
    BlockIsForgotten,
    UnprovedIsPatched,
    HalfIsForgotten,
    ReloadIsForgotten,
    SnapshotIsForgotten,
    SnapshotIdsRepeat,
    TokenStays,
    PauseIsIgnored,
    SkipIsIgnored,
    StopIsIgnored,
    StopLeavesBehind,
    HaltIsIgnored,
    GateIsAFailure,
    GateIsPassed,
    GateIsAskedOnce,
    DrainedIsNotAsked,
    RefusedStaysDrained,
    CommittedStays,
    TurnedGoesOn,
    UntouchedBeginsAnyway,
    AbandonedIsRestored,
    LetsGoUnasked,
    LetsGoOfWhatRuns,
    OwnTraceIsAStranger,
    StuckIsFinished,
    WellIsStuck,
    KeptIsForgotten,
    PutBackIsRestored,
    WavesAreIgnored,
    CanaryIsForgotten,
    BudgetIsIgnored,
    ZonesAreIgnored,
    SoakIsOneLook,
    SoakIsBlind,
    AvailabilityIsIgnored,
    MissedGoesOn,
    WhoGoesBackIsNotMissed,
    NothingIsOwed,
    HalfIsOwedAsWhole,
    TrafficIsNotOwed,
    LostLinesOweNothing,
    AnythingMakesSure,
    RightIsInForce,
}

/// The defect of one run; none, outside a simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Planted {
    #[cfg(debug_assertions)]
    defect: Option<Defect>,
}

impl Planted {
    #[cfg(debug_assertions)]
    pub(super) fn one(defect: Defect) -> Planted {
        Planted { defect: Some(defect) }
    }

    /// Whether the core is to do this wrong.
    #[cfg(debug_assertions)]
    pub(super) fn has(self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    /// Never, in a release.
    #[cfg(not(debug_assertions))]
    pub(super) const fn has(self, _: Defect) -> bool {
        false
    }
}

#[cfg(debug_assertions)]
impl Defect {
    /// Those that only the next run meets: what this one leaves is not told rightly.
    pub const OF_WHAT_IS_LEFT: [Defect; 6] = [
        Defect::NothingIsOwed,
        Defect::HalfIsOwedAsWhole,
        Defect::TrafficIsNotOwed,
        Defect::LostLinesOweNothing,
        Defect::AnythingMakesSure,
        Defect::RightIsInForce,
    ];

    /// Every other defect.
    pub const ALL: [Defect; 65] = [
        Defect::UnclearIsRefused,
        Defect::InterruptedIsNotDone,
        Defect::FailsAtOnce,
        Defect::BeforeIsAfter,
        Defect::BetweenIsBefore,
        Defect::BusyIsDone,
        Defect::ReadingIsBelieved,
        Defect::IllIsHealthy,
        Defect::LimitsAreIgnored,
        Defect::OrderIsIgnored,
        Defect::TargetsAreShared,
        Defect::WayBackIsNotAsked,
        Defect::RollbackRunTakesOne,
        Defect::RollbackWaveTakesOne,
        Defect::DependentsStayForth,
        Defect::CoverageIsForgotten,
        Defect::EverythingGoesBack,
        Defect::BackDoesNotWait,
        Defect::StuckHoldsEverything,
        Defect::StuckHoldsNothing,
        Defect::HoldsEverything,
        Defect::HoldsNothing,
        Defect::TriesForever,
        Defect::TriesAreForgotten,
        Defect::AttemptsBeginAnew,
        Defect::FailureIsForgotten,
        Defect::OutputIsForgotten,
        Defect::DrainIsForgotten,
        Defect::BlockIsForgotten,
        Defect::UnprovedIsPatched,
        Defect::HalfIsForgotten,
        Defect::ReloadIsForgotten,
        Defect::SnapshotIsForgotten,
        Defect::SnapshotIdsRepeat,
        Defect::TokenStays,
        Defect::PauseIsIgnored,
        Defect::SkipIsIgnored,
        Defect::StopIsIgnored,
        Defect::StopLeavesBehind,
        Defect::HaltIsIgnored,
        Defect::GateIsAFailure,
        Defect::GateIsPassed,
        Defect::GateIsAskedOnce,
        Defect::DrainedIsNotAsked,
        Defect::RefusedStaysDrained,
        Defect::CommittedStays,
        Defect::TurnedGoesOn,
        Defect::UntouchedBeginsAnyway,
        Defect::AbandonedIsRestored,
        Defect::LetsGoUnasked,
        Defect::LetsGoOfWhatRuns,
        Defect::OwnTraceIsAStranger,
        Defect::StuckIsFinished,
        Defect::WellIsStuck,
        Defect::KeptIsForgotten,
        Defect::PutBackIsRestored,
        Defect::WavesAreIgnored,
        Defect::CanaryIsForgotten,
        Defect::BudgetIsIgnored,
        Defect::ZonesAreIgnored,
        Defect::SoakIsOneLook,
        Defect::SoakIsBlind,
        Defect::AvailabilityIsIgnored,
        Defect::MissedGoesOn,
        Defect::WhoGoesBackIsNotMissed,
    ];
}
