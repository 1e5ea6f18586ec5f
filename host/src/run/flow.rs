//! Which steps may run by now. Nothing here waits or evaluates.

use crate::pipeline::plan::PlannedStep;
use crate::pipeline::plan::document::Incoming;

/// Why a way is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Its condition does not hold.
    Condition,
    /// The step it comes from did not run, or its end is no way on.
    Origin,
}

/// Whether the ways to a step let it run.
#[derive(Debug, PartialEq, Eq)]
pub enum Reach {
    /// They do. `follows` is the first step in the file from which a way was taken.
    Reached {
        /// Its position.
        follows: Option<usize>,
    },
    /// They do not; the sentence says why.
    NotReached(String),
}

/// What is known about the ways to each step.
pub struct FlowState<'p> {
    steps: &'p [PlannedStep],
    outgoing: Vec<Vec<Way>>,
    places: Vec<Place>,
    /// Steps that always run and that nothing leads to: they come when all others have ended.
    last: Vec<usize>,
    /// How many steps are among those or wait for one of them.
    behind: usize,
    unsettled: usize,
}

/// A way out of a step: the step it leads to, and which of its ways it is there.
#[derive(Clone, Copy)]
struct Way {
    to: usize,
    incoming: usize,
}

#[derive(Clone, Default)]
struct Place {
    /// Ways whose origin has not ended.
    waiting: usize,
    follows: Option<usize>,
    /// The first in the file of the needed ways that are not taken.
    missing: Option<(usize, Closed)>,
    /// The first in the file of the other ways that are not taken.
    passed: Option<(usize, Closed)>,
    any_taken: bool,
}

impl<'p> FlowState<'p> {
    /// The state before anything ran.
    pub fn new(steps: &'p [PlannedStep]) -> Self {
        let mut outgoing = vec![Vec::new(); steps.len()];
        for (to, step) in steps.iter().enumerate() {
            for (incoming, way) in step.incoming.iter().enumerate() {
                outgoing[way.from].push(Way { to, incoming });
            }
        }
        let waiting =
            |step: &PlannedStep| Place { waiting: step.incoming.len(), ..Place::default() };
        let last: Vec<usize> =
            (0..steps.len()).filter(|position| comes_last(&steps[*position])).collect();
        let places = steps.iter().map(waiting).collect();
        let behind = reached_from(&last, &outgoing);
        Self { steps, outgoing, places, last, behind, unsettled: steps.len() }
    }

    /// The steps that wait for nothing, in the order of the file.
    pub fn first(&mut self) -> Vec<usize> {
        if self.unsettled == self.behind {
            return std::mem::take(&mut self.last);
        }
        let is_first = |step: &PlannedStep| step.incoming.is_empty() && !comes_last(step);
        (0..self.steps.len()).filter(|position| is_first(&self.steps[*position])).collect()
    }

    /// A step has ended. `closed` says which of its ways on are not taken. Returns the steps that
    /// wait for nothing any more.
    pub fn settle(
        &mut self,
        position: usize,
        mut closed: impl FnMut(&Incoming) -> Option<Closed>,
    ) -> Vec<usize> {
        let mut ready = Vec::new();
        for Way { to, incoming } in std::mem::take(&mut self.outgoing[position]) {
            let way = &self.steps[to].incoming[incoming];
            let place = &mut self.places[to];
            place.note(way, closed(way));
            if place.waiting == 0 {
                ready.push(to);
            }
        }
        self.unsettled -= 1;
        if self.unsettled == self.behind {
            ready.append(&mut self.last);
        }
        ready
    }

    /// Whether a step that waits for nothing may run.
    pub fn reach(&self, position: usize) -> Reach {
        let (step, place) = (&self.steps[position], &self.places[position]);
        if step.always_run {
            return Reach::Reached { follows: place.follows };
        }
        let closed = place.missing.or(place.passed.filter(|_| !place.any_taken));
        match closed {
            Some((from, closed)) => {
                let origin = &self.steps[from].id;
                Reach::NotReached(match closed {
                    Closed::Condition => {
                        format!("no way led here: the condition at `{origin}` does not hold")
                    }
                    Closed::Origin => format!("no way led here: `{origin}` did not get that far"),
                })
            }
            None if led_to_by_nothing(step) => {
                Reach::NotReached("no way led here: no step names it".to_owned())
            }
            None => Reach::Reached { follows: place.follows },
        }
    }
}

impl Place {
    fn note(&mut self, way: &Incoming, closed: Option<Closed>) {
        self.waiting -= 1;
        let first = |known: Option<(usize, Closed)>, closed| match known {
            Some((from, _)) if from <= way.from => known,
            _ => Some((way.from, closed)),
        };
        match closed {
            None => {
                self.follows = Some(self.follows.map_or(way.from, |known| known.min(way.from)));
                self.any_taken |= !way.needed;
            }
            Some(closed) if way.needed => self.missing = first(self.missing, closed),
            Some(closed) => self.passed = first(self.passed, closed),
        }
    }
}

/// How many steps there are among these and wherever ways from them lead.
fn reached_from(these: &[usize], outgoing: &[Vec<Way>]) -> usize {
    let mut seen = vec![false; outgoing.len()];
    let mut waiting = these.to_vec();
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(outgoing[at].iter().map(|way| way.to));
        }
    }
    seen.into_iter().filter(|seen| *seen).count()
}

fn led_to_by_nothing(step: &PlannedStep) -> bool {
    !step.starts && step.incoming.is_empty()
}

fn comes_last(step: &PlannedStep) -> bool {
    step.always_run && led_to_by_nothing(step)
}
