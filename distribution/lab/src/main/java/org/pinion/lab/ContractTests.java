package org.pinion.lab;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The testkit's contract of backends, the one that plugin authors run, on the services of the shipped backends. */
final class ContractTests {

    private static final String SHOWS = "the backend keeps every rule of the testkit's contract";
    private static final int MANY = 35;

    private ContractTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(AcceptanceTest.on(
                backend, "contract", SHOWS, (lab, name) -> keepsTheRules(lab, name, Guest.EDU)));
    }

    static AcceptanceTest onVdpa() {
        return new AcceptanceTest(
                "vdpa-contract", SHOWS, lab -> keepsTheRules(lab, VdpaTests.BACKEND, VdpaTests.FIRST));
    }

    private static void keepsTheRules(Lab lab, String backend, String device) throws Exception {
        Rules rules = new Rules();
        try (Bench bench = Bench.of(lab, backend, device)) {
            BackendOnThisKernel.onTrial(bench);
            run(rules);
        }
        System.err.printf("%d rules kept, %d of what %s does not offer%n", rules.kept, rules.skipped, backend);
        Expect.equal("rules that are broken", List.of(), rules.broken);
        Expect.that(rules.kept >= MANY, "only " + rules.kept + " rules were tried");
    }

    /** JUnit looks for classes by the context's loader, which in a framework is anybody's. */
    private static void run(Rules rules) {
        LauncherConfig config = LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine())
                .build();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(BackendOnThisKernel.class))
                .build();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ContractTests.class.getClassLoader());
        try {
            LauncherFactory.create(config).execute(request, rules);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** How the rules came out. */
    private static final class Rules implements TestExecutionListener {

        private final List<String> broken = new ArrayList<>();
        private int kept;
        private int skipped;

        @Override
        public void executionFinished(TestIdentifier rule, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> kept += rule.isTest() ? 1 : 0;
                case ABORTED -> skipped++;
                default -> {
                    Throwable thrown = result.getThrowable().orElseThrow();
                    thrown.printStackTrace();
                    broken.add(rule.getDisplayName() + ": " + thrown.getMessage());
                }
            }
        }
    }
}
