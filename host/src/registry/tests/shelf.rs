//! Plugs without files: a shelf says what opening them gives.

use crate::catalog::{Catalog, Installed, Reason, Sha256};
use crate::loader::Opened;
use crate::registry::{Opens, Registry, Request};
use plugin_abi::export::{LibHeader, header};
use plugin_abi::{Call, Doc, Entry, HostSvc, Instance, PErr};
use plugin_api::{Description, Json};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Answers the number of its instance, or panics where it is asked to.
///
/// It stands on the surface itself: what `export!` adds would send the test's own log round in a circle.
struct Numbered {
    number: u32,
}

/// What a call may ask for.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    panic: bool,
    /// Wait until the test lets go of calls with this name.
    #[serde(default)]
    wait: Option<String>,
}

/// Instances that were made, and the numbers of those that were shut down.
static MADE: AtomicU32 = AtomicU32::new(0);
static ENDED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
/// Calls that may go on, by the name that they wait for.
static LET_GO: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Instance for Numbered {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let asked: Asked = serde_json::from_str(call.ctx.as_str().unwrap()).unwrap();
        assert!(!asked.panic, "on purpose");
        while asked.wait.as_ref().is_some_and(|name| !LET_GO.lock().unwrap().contains(name)) {
            std::thread::yield_now();
        }
        Ok(Doc::from(self.number.to_string()))
    }

    fn shutdown(&self, _: u64) {
        ENDED.lock().unwrap().insert(self.number);
    }
}

impl Entry for Numbered {
    fn describe() -> Result<Doc, PErr> {
        Ok(Doc::null())
    }

    fn create(_: HostSvc, _: Doc) -> Result<Self, PErr> {
        Ok(Self { number: MADE.fetch_add(1, Ordering::SeqCst) })
    }
}

static HEADER: LibHeader = header::<Numbered>();

/// Lets calls go on that wait for this name.
pub fn let_go(name: &str) {
    LET_GO.lock().unwrap().insert(name.to_owned());
}

/// Whether an instance got its last call.
pub fn has_ended(number: u32) -> bool {
    ENDED.lock().unwrap().contains(&number)
}

/// Waits until an instance got its last call.
pub async fn ended(number: u32) {
    while !has_ended(number) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Opens whatever is asked for, except folders that begin with `bad`; what begins with `slow` waits
/// for a permit.
#[derive(Clone)]
pub struct Shelf {
    pub permits: Arc<Semaphore>,
    /// How many have asked for a permit.
    pub asked: Arc<AtomicU32>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(0)), asked: Arc::default() }
    }
}

impl Shelf {
    fn wait(&self, plug: &Installed) {
        if plug.library.to_string_lossy().starts_with("slow") {
            self.asked.fetch_add(1, Ordering::SeqCst);
            while self.permits.try_acquire().is_err() {
                std::thread::yield_now();
            }
        }
    }

    /// Waits until so many have asked for a permit.
    pub async fn waiting(&self, count: u32) {
        while self.asked.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Opens for Shelf {
    fn admit(&self, plug: &Installed) -> Result<(), Reason> {
        self.wait(plug);
        if plug.library.to_string_lossy().starts_with("bad") {
            Err(Reason::EmptyFile)
        } else {
            Ok(())
        }
    }

    fn open(&self, plug: &Installed) -> Result<Opened, Reason> {
        self.wait(plug);
        let root = plugin_abi::open::linked_module(&HEADER);
        Ok(Opened {
            root: root.unwrap(),
            description: Description::default(),
            sha256: Sha256::of(b""),
            mapped: 0,
        })
    }
}

/// A plug in a folder of its name, its library as named: another library is another build.
pub fn plug(name: &str, version: &str, library: &str) -> Installed {
    let mut plug = Installed::named(name);
    plug.version = version.parse().unwrap();
    plug.path = format!("tree/{name}/{version}").into();
    plug.root = "tree".into();
    plug.library = library.into();
    plug.stamp.library = crate::catalog::FileStamp::numbered(Sha256::of(library.as_bytes()));
    plug
}

/// A registry over these plugs.
pub fn registry(plugs: Vec<Installed>) -> (Registry, Shelf) {
    let shelf = Shelf::default();
    (Registry::new(Catalog::of(plugs), shelf.clone()), shelf)
}

/// One call by name: the number of the instance that answered.
pub async fn call(registry: &Registry, name: &str, ctx: &str) -> Result<u32, String> {
    let json = |text: &str| Json::from_text(text.to_owned()).unwrap();
    let request = Request {
        ctx: json(ctx),
        cfg: json("{}"),
        run: json("{}"),
        deadline: None,
        trace_id: String::new(),
    };
    match registry.call(&name.parse().unwrap(), request).await {
        Ok(answered) => Ok(answered.json.parse().unwrap()),
        Err(error) => Err(format!("{error:?}")),
    }
}
