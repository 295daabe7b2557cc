package org.pinion.device.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Kernel;

class IommuNameTest {

    private interface Link {
        Optional<String> read(String path) throws IOException;
    }

    private static String of(Link link) {
        Kernel kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, _, arguments) -> link.read((String) arguments[0]));
        return IommuName.of(kernel, "0000:00:10.0");
    }

    @ParameterizedTest
    @CsvSource({
        "dmar0, Intel VT-d",
        "ivhd0, AMD-Vi",
        "smmu3.0x000000002b400000, Arm SMMUv3",
        "0000:00:05.0, IOMMU 0000:00:05.0"
    })
    void theNameThatItsDriverGaveItTellsTheKind(String name, String kind) {
        assertThat(of(_ -> Optional.of(name))).isEqualTo(kind);
    }

    @Test
    void withoutALinkNothingIsKnown() {
        assertThat(of(path -> {
                    assertThat(path).isEqualTo("/sys/bus/pci/devices/0000:00:10.0/iommu");
                    return Optional.empty();
                }))
                .isEmpty();
        assertThat(of(_ -> {
                    throw new IOException("not mounted");
                }))
                .isEmpty();
    }
}
