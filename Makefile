# Every target is a door to a script that can be read and run by itself. The tools that tests/setup brings come first on the path.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/.venv/bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
screen := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname)))
stages := ui lint rust service headless desktop

help: ## say what there is (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "make test-STAGE   one stage of the tests: $(stages)"

run: ## start Kabinet; without a display, on a virtual one, with pictures
	@tests/setup $(if $(screen),build,demo)
	@$(if $(screen),tests/build-ui && cargo run --locked --release -p kabinet,tests/demo/run)

fakes: ## Telemost, Yandex, Bitrix24, GREEN-API and Telegram without accounts, to try Kabinet with (OPTIONS=--help)
	@python3 -m tests.fakes --operator out/fakes/operator.toml --backend out/fakes/backend.toml $(OPTIONS)

test: ## everything CI runs
	@tests/setup test
	@tests/stages $(stages)

test-%:
	@tests/setup test
	@tests/stages $*

lint: test-lint ## formatting, types and lints, of Rust, the UI and the scripts

bench: ## measure speed and size, and write docs/benchmarks.md
	@tests/setup test
	@tests/bench/run

package: ## a .deb in target/small/bundle/deb
	@tests/setup build
	@tests/build-ui
	@src-tauri/linux/package

clean: ## remove what was built; the tools in .tools and .venv stay
	@cargo clean
	@rm -rf out ui/dist ui/dist-page ui/node_modules tests/headless/node_modules

.PHONY: help run fakes test lint bench package clean
