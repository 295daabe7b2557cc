package org.pinion.device.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Kernel;

class HoldersTest {

    private static final String SELF = Long.toString(ProcessHandle.current().pid());

    private final Map<String, List<String>> open = new TreeMap<>();

    private Holders holders() {
        return new Holders((Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, method, arguments) -> answer(method.getName(), (String) arguments[0])));
    }

    private Object answer(String call, String path) throws AccessDeniedException {
        if (path.equals("/proc")) {
            TreeSet<String> names = new TreeSet<>(open.keySet());
            names.add("self");
            return List.copyOf(names);
        }
        String[] parts = path.split("/");
        List<String> links = open.get(parts[2]);
        if (links.isEmpty()) {
            throw new AccessDeniedException(path);
        }
        return call.equals("list")
                ? List.of("0", "1", "2").subList(0, links.size())
                : Optional.of(links.get(Integer.parseInt(parts[4])));
    }

    @Test
    void theOtherProcessesThatHaveADeviceOpenAreNamed() {
        open.put("4711", List.of("null", "vfio3"));
        open.put("4712", List.of("null", "vfio33"));
        open.put(SELF, List.of("vfio3"));
        assertThat(holders().ofDevice("/dev/vfio/devices/vfio3", 1)).isEqualTo("process 4711");
    }

    @Test
    void aSecondDescriptorOfThisProcessIsAnotherAddressSpace() {
        open.put(SELF, List.of("vfio3", "vfio3"));
        assertThat(holders().ofDevice("/dev/vfio/devices/vfio3", 1)).isEqualTo("another address space of this process");
    }

    @Test
    void whoHasAGroupOpenAlsoHasAContainer() {
        open.put("4711", List.of("7", "vfio"));
        open.put("4712", List.of("7", "iommu"));
        open.put("4713", List.of("7", "null"));
        open.put(SELF, List.of("vfio", "7"));
        assertThat(holders().ofGroup("/dev/vfio/7").split(", "))
                .containsExactlyInAnyOrder(
                        "process 4711", "process 4712", "another address space of this process");
    }

    @Test
    void processesThatDoNotLetThemselvesBeLookedAtAreLeftOut() {
        open.put("1", List.of());
        assertThat(holders().ofGroup("/dev/vfio/7")).isEmpty();
        assertThat(holders().ofDevice("/dev/vfio/devices/vfio3", 1)).isEmpty();
    }
}
