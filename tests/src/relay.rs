//! A way to PostgreSQL that can be cut.

use std::path::PathBuf;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

use crate::TestDb;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Connections stand, and nothing comes through them.
    Silent,
    /// Connections end.
    Closed,
}

/// Passes connections on to the server of a test's database.
#[derive(Debug)]
pub struct Relay {
    /// The database behind it.
    pub url: String,
    way: watch::Sender<Way>,
}

impl Relay {
    /// Before the server of that database.
    pub async fn before(db: &TestDb) -> Self {
        let directory = db.text("SELECT current_setting('unix_socket_directories')").await;
        let name = db.text("SELECT current_database()").await;
        let socket = PathBuf::from(directory).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://postgres@{}/{name}?sslmode=disable", listener.local_addr().unwrap());
        let (way, told) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, socket.clone(), told.clone()));
            }
        });
        Self { url, way }
    }

    /// Cuts it: without a word, or so that both ends see it.
    pub fn cut(&self, silent: bool) {
        self.way.send_replace(if silent { Way::Silent } else { Way::Closed });
    }

    /// Lets new connections through. Those that were cut stay so.
    pub fn join(&self) {
        self.way.send_replace(Way::Open);
    }
}

async fn pass(mut client: TcpStream, socket: PathBuf, mut way: watch::Receiver<Way>) {
    if *way.borrow_and_update() == Way::Open {
        let mut server = UnixStream::connect(socket).await.unwrap();
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = way.changed() => {}
        }
    }
    // Until it is joined again, or the client gives up.
    let silent = *way.borrow_and_update() == Way::Silent;
    if silent {
        let _ = way.wait_for(|way| *way != Way::Silent).await;
    }
}
