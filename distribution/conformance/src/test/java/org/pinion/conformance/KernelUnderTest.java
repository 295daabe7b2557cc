package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.Kernel;
import org.pinion.linux.ffm.NativeKernel;

/**
 * The kernel that is tested: {@code native}, or the emulator's {@code 7.3} (the default) or {@code 6.12}, as the system
 * property {@value #CHOICE} says.
 */
final class KernelUnderTest {

    /** The system property. */
    static final String CHOICE = "pinion.conformance.kernel";

    /** The release whose interface all cases are about. */
    private static final int LATEST_MAJOR = 7;
    private static final int LATEST_MINOR = 3;

    private static final Pattern RELEASE = Pattern.compile("Linux ([0-9]+)\\.([0-9]+)");

    private static final String MACHINE = """
            interface: %s
            memlock: unlimited
            ipc-lock: true
            sys-resource: true
            mock-devices: true
            devices: []
            """;

    private static final Kernel KERNEL = choose(System.getProperty(CHOICE, "7.3"));

    private KernelUnderTest() {}

    private static Kernel choose(String choice) {
        return choice.equals(Kernel.NATIVE)
                ? new NativeKernel()
                : EmulatedKernel.of(HostFile.read("conformance.yaml", MACHINE.formatted(choice)));
    }

    static Kernel kernel() {
        return KERNEL;
    }

    /** Whether it has the interface of a release, or of a later one. */
    static boolean has(int major, int minor) {
        Matcher release = RELEASE.matcher(KERNEL.description());
        assertThat(release.find()).as("'%s' names a release", KERNEL.description()).isTrue();
        int found = Integer.parseInt(release.group(1));
        return found > major || found == major && Integer.parseInt(release.group(2)) >= minor;
    }

    /** Leaves a case out if the interface it is about came later, which is a failure from the latest release on. */
    static void requires(int major, int minor) {
        String reason = "the interface came with Linux %d.%d".formatted(major, minor);
        assertThat(has(major, minor) || !has(LATEST_MAJOR, LATEST_MINOR)).as(reason).isTrue();
        assumeTrue(has(major, minor), reason);
    }
}
