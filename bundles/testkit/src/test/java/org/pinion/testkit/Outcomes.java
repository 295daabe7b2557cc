package org.pinion.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/** What became of the tests of a class. */
final class Outcomes implements TestExecutionListener {

    private final TreeMap<String, String> broken = new TreeMap<>();
    private final List<String> kept = new ArrayList<>();

    /** Runs the tests of a class, as a build does. */
    static Outcomes of(Class<?> contract) {
        Outcomes outcomes = new Outcomes();
        LauncherFactory.create().execute(request().selectors(selectClass(contract)).build(), outcomes);
        return outcomes;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            kept.add(test.getDisplayName());
        }
        result.getThrowable()
                .filter(_ -> result.getStatus() == TestExecutionResult.Status.FAILED)
                .ifPresent(how -> broken.put(test.getDisplayName(), how.getMessage()));
    }

    /** {@return the failures' messages by the tests' names} */
    TreeMap<String, String> broken() {
        return broken;
    }

    /** {@return the names of the tests that passed} */
    List<String> kept() {
        return kept;
    }
}
