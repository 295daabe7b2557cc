package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class ListCommandsTest {

    private final FakeDma host = Lab.host();

    @Test
    void devicesAreListedWithGroupAndDriver() {
        assertThat(Invocation.of(host, "devices", "--backend", "iommufd")).isEqualTo(new Invocation(0, """
                address       group  driver    device
                0000:00:10.0  3      vfio-pci  1234:11e8 edu
                0000:00:11.0  4      vfio-pci  1234:11e8 edu
                0000:00:12.0  5      -         1af4:1110 ivshmem
                """, ""));
    }

    @Test
    void devicesAsJson() throws IOException {
        String out = Invocation.of(host, "devices", "--json").out();
        assertThat(JSON.std.asString(JSON.std.mapFrom(out))).startsWith("{\"backend\":\"iommufd\",\"kernel\":\"emulated\","
                + "\"devices\":[{\"address\":\"0000:00:10.0\",\"description\":\"1234:11e8 edu\",\"group\":3,"
                + "\"driver\":\"vfio-pci\",\"emulatedIommu\":false},");
    }

    @Test
    void anUnknownBackendIsAFailure() {
        assertThat(Invocation.of(host, "devices", "--backend", "vfio"))
                .isEqualTo(new Invocation(1, "", "pinion: list devices: no backend 'vfio', there are [iommufd]\n"));
    }

    @Test
    void pluginsAreListedWithTheirState() {
        assertThat(Invocation.of(host, "plugins")).isEqualTo(new Invocation(0, """
                kind     name     state        bundle                            detail
                backend  iommufd  unavailable  org.pinion.backend.iommufd 0.1.0  no /dev/iommu
                policy   strict   active       org.pinion.policy.strict 0.1.0
                """, ""));
    }

    @Test
    void pluginsAsJson() throws IOException {
        String out = Invocation.of(host, "plugins", "--json").out();
        assertThat(JSON.std.asString(JSON.std.mapFrom(out))).startsWith("{\"kernel\":\"emulated\",\"plugins\":["
                + "{\"kind\":\"backend\",\"name\":\"iommufd\",\"bundle\":\"org.pinion.backend.iommufd 0.1.0\","
                + "\"state\":\"unavailable\",\"detail\":\"no /dev/iommu\"},");
    }
}
