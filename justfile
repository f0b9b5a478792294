# Every task is one line; what needs logic is in xtask.

# Lists the tasks
default:
    @just --list

# Format, lints and docs, without tests
check:
    cargo xtask check

# Everything that CI runs
test:
    cargo xtask test

# The diagnostics of the attributes; `just ui same_route_twice` runs one case
ui case="":
    cargo test -p routegen-macros --test route --test authorizer {{ if case == "" { "" } else { "-- right trybuild=" + case } }}

# Accepts new golden files and diagnostics; look at the diff before you commit it
bless:
    INSTA_UPDATE=always TRYBUILD=overwrite cargo test --workspace

# Packages the example as a user would
examples:
    cargo routegen package -p items

# What a function costs: size, start, invocation, memory, beside bare lambda_http
bench:
    cargo xtask bench

# Time, memory and sizes of builds; `just bench-build --peer` installs cargo-lambda beside it
bench-build *arguments:
    cargo xtask bench-build {{ arguments }}

# Time to emit, plan and apply Terraform as an API grows
bench-terraform *arguments:
    cargo xtask bench-terraform {{ arguments }}

# Looks for input that breaks the gateway, 300 s a target (needs nightly and cargo-fuzz); `just fuzz token 600` for one
fuzz *arguments:
    cargo xtask fuzz {{ arguments }}

# Requests a second of the local gateway, beside cargo-lambda; `just bench-gateway --program lambda/get-items/bootstrap --path /items` loads one of your own
bench-gateway *arguments:
    cargo xtask bench-gateway {{ arguments }}

# The local gateway under failing functions, vanishing clients, bad tokens and idle connections, for 60 seconds or as many as are said
soak *seconds:
    cargo xtask soak {{ seconds }}

# Licences, sources, banned crates and advisories of the dependencies (needs cargo-deny)
deny *arguments:
    cargo xtask deny {{ arguments }}

# What CI runs, as CI runs it
ci:
    bash .ci/run
