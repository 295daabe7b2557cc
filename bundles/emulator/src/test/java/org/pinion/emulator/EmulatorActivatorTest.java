package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.jimfs.Jimfs;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.pinion.linux.Kernel;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The bundle itself, as it was built, in a framework with the libraries it needs. */
class EmulatorActivatorTest {

    private static final List<Class<?>> LIBRARIES = List.of(Jimfs.class, ImmutableList.class,
            InternalFutureFailureAccess.class, CanIgnoreReturnValue.class, LoadSettings.class, Kernel.class);

    @TempDir
    Path directory;

    private Framework framework;

    @AfterEach
    void stopTheFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void offersTheShippedMachineWhereItIsChosen() throws Exception {
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated"));
        bundle.start();
        assertThat(bundle.getRegisteredServices()).singleElement().satisfies(kernel ->
                assertThat(kernel.getProperty(Kernel.TYPE_PROPERTY)).isEqualTo(Kernel.EMULATED));
        assertThat(call(bundle, "readFile", "/sys/bus/pci/devices/0000:00:10.0/vendor")).isEqualTo("0x1234\n");
        bundle.stop();
        assertThat(bundle.getRegisteredServices()).isNull();
    }

    @Test
    void whatIsOpenStaysOpenWhenTheBundleStops() throws Exception {
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated"));
        bundle.start();
        Object kernel = bundle.getBundleContext().getService(bundle.getRegisteredServices()[0]);
        int fd = (int) kernel.getClass().getMethod("eventfd", int.class, int.class).invoke(kernel, 0, 0);
        bundle.stop();
        assertThat(kernel.getClass().getMethod("close", int.class).invoke(kernel, fd)).isEqualTo(0);
    }

    @Test
    void offersNothingOtherwise() throws Exception {
        Bundle bundle = install(Map.of());
        bundle.start();
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(bundle.getRegisteredServices()).isNull();
    }

    @Test
    void offersTheMachineOfAHostFile() throws Exception {
        Path file = Files.writeString(directory.resolve("own.yaml"), "kernel: mine\ndevices: []\n");
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", file.toString()));
        bundle.start();
        assertThat(call(bundle, "description")).isEqualTo("mine");
    }

    @Test
    void playsAnotherKernelOnTheSameMachine() throws Exception {
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.interface", "6.12"));
        bundle.start();
        assertThat(call(bundle, "description")).isEqualTo("Linux 6.12.117 emulated in Java");
        assertThat(call(bundle, "readFile", "/sys/bus/pci/devices/0000:00:10.0/vendor")).isEqualTo("0x1234\n");
    }

    @Test
    void aKernelThatItDoesNotKnowStopsItWithTheMessage() throws Exception {
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.interface", "5.4"));
        assertThatThrownBy(bundle::start).cause().hasMessage("Linux 5.4 is not emulated; there are 6.12, 7.3");
    }

    @Test
    void aBadHostFileStopsItWithTheMessage() throws Exception {
        Path file = Files.writeString(directory.resolve("bad.yaml"), "devices:\n  - {modle: edu}\n");
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", file.toString()));
        assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class).cause()
                .hasMessageContaining("bad.yaml:2: device number 1: unknown key 'modle'; did you mean 'model'?");
    }

    @Test
    void aHostFileThatIsNotThereStopsItWithTheMessage() throws Exception {
        Bundle bundle = install(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", "/no/such.yaml"));
        assertThatThrownBy(bundle::start).cause()
                .hasMessage("/no/such.yaml: no such file; org.pinion.emulator.host must name a host file");
    }

    /** The service's classes come from the framework, not from this test's class path. */
    private static Object call(Bundle bundle, String method, Object... arguments) throws Exception {
        BundleContext context = bundle.getBundleContext();
        ServiceReference<?> reference = bundle.getRegisteredServices()[0];
        Object kernel = context.getService(reference);
        Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {String.class};
        return kernel.getClass().getMethod(method, types).invoke(kernel, arguments);
    }

    private Bundle install(Map<String, String> properties) throws BundleException, URISyntaxException {
        Map<String, String> configuration = new HashMap<>(properties);
        configuration.put(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString());
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.slf4j;version=2.0.20");
        framework = new FrameworkFactory().newFramework(configuration);
        framework.start();
        for (Class<?> library : LIBRARIES) {
            Path jar = Path.of(library.getProtectionDomain().getCodeSource().getLocation().toURI());
            framework.getBundleContext().installBundle("reference:" + jar.toUri());
        }
        return framework.getBundleContext().installBundle("reference:" + Path.of("target/classes").toUri());
    }
}
