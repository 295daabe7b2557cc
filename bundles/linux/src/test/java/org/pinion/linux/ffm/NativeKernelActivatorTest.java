package org.pinion.linux.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.Kernel;

/** The bundle itself, as it was built, in a framework. */
class NativeKernelActivatorTest {

    @TempDir
    Path cache;

    private Framework framework;

    @AfterEach
    void stopTheFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void offersTheNativeKernelUnlessToldOtherwise() throws Exception {
        Bundle bundle = install(Map.of());
        bundle.start();
        assertThat(services(bundle, Kernel.class)).singleElement().satisfies(kernel ->
                assertThat(kernel.getProperty(Kernel.TYPE_PROPERTY)).isEqualTo(Kernel.NATIVE));
        assertThat(services(bundle, DescriptorStore.class)).hasSize(1);
        bundle.stop();
        assertThat(bundle.getRegisteredServices()).isNull();
    }

    @Test
    void offersNoKernelWhereTheEmulatedOneIsChosen() throws Exception {
        Bundle bundle = install(Map.of(NativeKernelActivator.CHOICE, Kernel.EMULATED));
        bundle.start();
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(services(bundle, Kernel.class)).isEmpty();
    }

    @Test
    void refusesAChoiceThatMeansNothing() throws Exception {
        Bundle bundle = install(Map.of(NativeKernelActivator.CHOICE, "nativ"));
        assertThatThrownBy(bundle::start)
                .isInstanceOf(BundleException.class)
                .cause()
                .hasMessage("framework property org.pinion.kernel is 'nativ'; it must be 'native' or 'emulated'");
    }

    private static List<ServiceReference<?>> services(Bundle bundle, Class<?> type) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return Stream.of(services == null ? new ServiceReference<?>[0] : services)
                .filter(service -> List.of((String[]) service.getProperty(Constants.OBJECTCLASS))
                        .contains(type.getName()))
                .toList();
    }

    private Bundle install(Map<String, String> properties) throws BundleException {
        Map<String, String> configuration = new HashMap<>(properties);
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.slf4j;version=2.0.20");
        framework = new FrameworkFactory().newFramework(configuration);
        framework.start();
        return framework.getBundleContext().installBundle("reference:" + Path.of("target/classes").toUri());
    }
}
