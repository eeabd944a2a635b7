"""`make up`, a run from the command line and one from the form in the browser, `make down`."""

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from flows.local import processes, server
from flows.local.settings import CHECKOUT
from flows.local.up import services

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1400,1300",
)
PATIENCE = 300  # seconds that the browser waits for what it is to see


def module(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def address(light_workspace, light_environment) -> Iterator[str]:
    """The server's address, with everything up."""
    try:
        module(light_environment, "flows.local.up", "--port", str(server.free_port()))
        yield server.running(light_workspace).removesuffix("/api")
    finally:
        module(light_environment, "flows.local.down")


@pytest.fixture
def browser() -> Iterator[object]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("chromium or chromedriver is not installed")
    from selenium.webdriver import Chrome
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    browser = Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()


def deployment(address: str, name: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{address}/api/deployments/name/nightly/{name}") as answer:
        return json.load(answer)


def test_both_deployments_are_there(address):
    nightly = deployment(address, "nightly")
    (schedule,) = nightly["schedules"]
    assert schedule["slug"] == "at-two"
    assert schedule["schedule"]["cron"] == "0 2 * * *"
    assert schedule["schedule"]["timezone"] == "Europe/Berlin"
    assert nightly["global_concurrency_limit"]["limit"] == 1

    parameters = deployment(address, "run-experiment")["parameter_openapi_schema"]
    assert "demo" in parameters["properties"]["experiment"]["enum"]
    assert parameters["required"] == ["experiment"]


def test_up_twice_starts_nothing_twice(address, light_workspace, light_environment):
    before = {process.pid for process in services(light_workspace)}

    module(light_environment, "flows.local.up")

    assert {process.pid for process in services(light_workspace)} == before


def test_a_deployment_run_from_the_command_line_completes(address, light_environment):
    said = module(
        {**light_environment, "PREFECT_API_URL": f"{address}/api"},
        "prefect",
        *("deployment", "run", "nightly/run-experiment", "--param", "experiment=demo", "--watch"),
    )

    assert "'Completed'" in said


def test_the_store_is_looked_after_by_the_worker(address, light_environment):
    """After a run: there is something to verify."""
    said = module(
        {**light_environment, "PREFECT_API_URL": f"{address}/api"},
        "prefect",
        *("deployment", "run", "maintain/maintain", "--watch"),
    )

    assert "'Completed'" in said
    body = json.dumps({"artifacts": {"key": {"any_": ["verify", "prune"]}}}).encode()
    request = urllib.request.Request(
        f"{address}/api/artifacts/filter", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        artifacts = {artifact["key"]: artifact for artifact in json.load(answer)}
    assert artifacts.keys() == {"verify", "prune"}
    assert "all as they were written" in artifacts["verify"]["description"]


def test_a_terminal_run_uses_the_server_that_is_up(address, light_workspace, light_environment):
    module(light_environment, "flows.run", "demo")

    body = json.dumps({"flow_runs": {"name": {"any_": ["demo"]}}}).encode()
    request = urllib.request.Request(
        f"{address}/api/flow_runs/count", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer) >= 1


def test_the_form_in_the_browser_starts_a_run_that_completes(address, browser):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    def see(xpath: str):
        wait = WebDriverWait(browser, PATIENCE)
        return wait.until(lambda _: next(iter(browser.find_elements(By.XPATH, xpath)), None))

    wanted = deployment(address, "run-experiment")["id"]
    browser.get(f"{address}/v2/deployments/deployment/{wanted}/run")
    see("//button[@aria-label='Select experiment']").click()
    see("//*[@role='option'][normalize-space()='demo']").click()
    see("//button[normalize-space()='Submit']").click()
    browser.get(see("//a[normalize-space()='View run']").get_attribute("href"))

    ended = see("//*[text()='Completed' or text()='Failed' or text()='Crashed']")

    assert ended.text == "Completed"


def test_down_leaves_no_process(address, light_workspace, light_environment):
    module(light_environment, "flows.local.down")

    assert processes.marked("TICKERTONE_HOME", str(light_workspace.root)) == []
    assert server.running(light_workspace) is None
