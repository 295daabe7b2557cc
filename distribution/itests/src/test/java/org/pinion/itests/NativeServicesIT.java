package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** {@code bundles/spi/services.md} lists what is registered where the kernel is this machine's own. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class NativeServicesIT {

    @Inject
    private BundleContext context;

    @Configuration
    public Option[] shipped() {
        return ShippedFramework.onTheNativeKernel();
    }

    @Test
    public void theLinuxBundleRegistersWhatIsInTheTable() throws Exception {
        Bundle linux = bundle("org.pinion.linux");
        assertThat(Stream.of(linux.getRegisteredServices())
                        .map(service -> DocumentedServicesIT.row(linux, service))
                        .sorted()
                        .collect(Collectors.joining("\n")))
                .isEqualTo(DocumentedServicesIT.table("services of the native kernel"));
    }

    @Test
    public void theEmulatorsBundleRegistersNothing() {
        assertThat(bundle("org.pinion.emulator").getRegisteredServices()).isNull();
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }
}
