# The few commands that a newcomer needs; everything else is plain cargo.
export PATH := $(HOME)/.cargo/bin:$(PATH)

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## install what is missing, build for a first look, serve the demo province (options: make run ARGS="--listen 0.0.0.0:8080")
	@scripts/install.sh run
	@echo "run: building for a first look; from nothing that takes three to four minutes on two processors ('make release' builds the fast one)" >&2
	@cargo build --locked --bin cotmoc
	@target/debug/cotmoc serve --demo $(ARGS)

release: ## install what is missing, build the optimised binary, target/release/cotmoc
	@scripts/install.sh run
	@echo "release: from nothing this takes some ten minutes on two processors" >&2
	cargo build --locked --release --bin cotmoc

test: ## install what is missing, build and run all tests
	@scripts/install.sh test
	cargo test --locked --workspace

check: ## formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items

bench: ## measure the API beside hand-written SQL, over a million measurements (options: make bench ARGS="--rounds 3")
	@scripts/install.sh run
	cargo build --locked --profile bench -p api -p tests --bin cotmoc
	cargo bench --locked -p tests --bench bench -- $(ARGS)

stress: ## a hundred users beside each attack, and what they feel of it (options: make stress ARGS="--only S4")
	@scripts/install.sh run
	cargo build --locked --profile bench -p api -p tests --bin cotmoc
	cargo bench --locked -p tests --bench stress -- $(ARGS)

rehearse: ## try upgrades, failovers, restores and long runs on this machine; lists them (options: make rehearse ARGS="upgrade")
	@node scripts/rehearse/rehearse.mjs $(ARGS)

sbom: ## what the program is made of, as CycloneDX: target/cotmoc.cdx.json (installs cargo-cyclonedx if it is missing)
	@cargo cyclonedx --version >/dev/null 2>&1 || cargo install --locked --debug cargo-cyclonedx
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) cargo cyclonedx --quiet --format json --spec-version 1.5 --describe binaries --manifest-path api/Cargo.toml
	@mkdir -p target && sed 's#$(CURDIR)#.#g' api/cotmoc_bin.cdx.json > target/cotmoc.cdx.json
	@find . -name '*_bin.cdx.json' -not -path './target/*' -delete
	@echo target/cotmoc.cdx.json

schema: ## print db/src/schema.rs from the migrations (needs diesel_cli)
	@scripts/schema.sh

explorer: ## bundle the explorer anew (needs node and npm)
	cd api/explorer && npm ci && npm run build

app: ## bundle the app anew (needs node and npm)
	cd clients/app && npm ci && npm run build

.PHONY: app help run release test check bench stress rehearse sbom schema explorer
