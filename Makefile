# Thin: each line calls cargo, npm or a script. `make run` and `make test` are all one needs.

.PHONY: run test bench fonts models web fuzz tools-run tools-test

DATA ?= data
LISTEN ?= 127.0.0.1:8080

# Builds and starts Plenary with the demonstration: prints three links.
run: tools-run web fonts
	@echo "building Plenary (the first time takes some minutes) …"
	@cargo build --package plenary
	@exec target/debug/plenary serve --demo --data $(DATA) --listen $(LISTEN)

# Installs what is missing and runs every check.
test: tools-test
	@cargo xtask ci

# Measures; prints a table and writes target/bench.json.
bench: tools-run web fonts models
	@cargo build --release --package plenary
	@cargo run --release --package bench

# Fetches the speech and translation packs into models/; says what each costs.
models:
	@bash scripts/models.sh

# The web app, which the program embeds. Built only when something in it changed.
web:
	@bash scripts/web.sh

# Unpacks the fonts of printed reports into target/fonts.
fonts: web
	@cargo xtask fonts

# New inputs for every parser that a stranger can reach, SECONDS each.
fuzz:
	@bash scripts/fuzz.sh

tools-run:
	@bash scripts/tools.sh run

tools-test:
	@bash scripts/tools.sh test
