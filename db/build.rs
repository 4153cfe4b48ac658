//! A new migration must rebuild the crate that embeds it; the macro alone notices changed files only.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
