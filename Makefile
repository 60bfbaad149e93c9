# make help 显示全部目标 / shows every target
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test bench proof lint fmt docs lock clean

help:  ## 显示本帮助 show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run:  ## 安装所需并启动演示 set up and start the demo (ARGS="--lang en")
	@.ci/setup run
	@$(PY) main.py demo $(ARGS)

test:  ## 格式、类型、导入约定与全部测试 lint, types, import contracts and all tests
	@.ci/setup dev
	@.ci/check

bench:  ## 性能测量，表格与 JSON measured figures as a table and as JSON (ARGS="eta phone" picks some)
	@.ci/setup dev
	@$(PY) bench/run.py $(ARGS)

proof:  ## 验收证明 B1–B19，一张表 the acceptance proofs as one table (ARGS="B3 B8", ARGS=--release takes hours)
	@.ci/setup dev
	@$(PY) bench/proof.py $(ARGS)

lint:  ## 只做静态检查 the static checks only
	@.ci/setup dev
	@.ci/check static

fmt:  ## 整理代码格式 format the code and sort the imports
	@.ci/setup dev
	@$(PY) -m ruff check -q --fix-only --unsafe-fixes --select I .
	@$(PY) -m ruff format .

docs:  ## 由 store/config.py 重写配置说明 rewrite the configuration reference and the example file
	@.ci/setup dev
	@$(PY) -m store.config.reference

lock:  ## 重新锁定软件包版本 pin the packages anew from pyproject.toml
	@.ci/lock

clean:  ## 删除生成物与 .venv delete what was generated, and .venv
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov build
	rm -rf demo-data demo-output bench/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
