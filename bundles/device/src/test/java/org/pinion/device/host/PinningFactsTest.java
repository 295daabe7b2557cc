package org.pinion.device.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.ProcessMemory;

class PinningFactsTest {

    private static final PinningFacts FACTS = facts(Map.of(
            "/proc/self/limits",
            "Max locked memory         8388608              8388608              bytes     \n"));

    private static final List<MemoryArea> AREAS = areas("""
            10000-20000 rw-p 00000000 00:00 0
            VmFlags: rd wr mr mw me ac
            20000-30000 r--p 00000000 00:00 0
            VmFlags: rd mr mw me ac
            40000-50000 rw-s 00000000 00:05 7 /dev/vfio/devices/vfio0
            VmFlags: rd wr sh mr mw me ms pf io de dd
            """);

    private static PinningFacts facts(Map<String, String> files) {
        Kernel kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (_, _, arguments) -> {
                    if (!files.containsKey(arguments[0])) {
                        throw new NoSuchFileException((String) arguments[0]);
                    }
                    return files.get(arguments[0]);
                });
        return new PinningFacts(kernel, PinningFacts.Charge.PROCESS);
    }

    private static List<MemoryArea> areas(String smaps) {
        try {
            return ProcessMemory.parseAreas("smaps", smaps);
        } catch (IOException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private static String unpinnable(long start, long last, boolean written) {
        return PinningFacts.unpinnable(AREAS, new AddressRange(start, last), written);
    }

    @Test
    void aHoleIsToldByItsFirstAddress() {
        assertThat(unpinnable(0x1000, 0x1fff, true)).isEqualTo("nothing is mapped at 0x1000 in this process");
        assertThat(unpinnable(0x28000, 0x3ffff, false)).isEqualTo("nothing is mapped at 0x30000 in this process");
        assertThat(unpinnable(0x60000, 0x60fff, false)).isEqualTo("nothing is mapped at 0x60000 in this process");
    }

    @Test
    void readOnlyMemoryIsToldOnlyIfADeviceWouldWrite() {
        assertThat(unpinnable(0x18000, 0x28000, true)).isEqualTo("0x20000-0x2ffff r--p may not be written");
        assertThat(unpinnable(0x18000, 0x28000, false)).contains("does not give its pages");
    }

    @Test
    void aBarIsToldByItsFile() {
        assertThat(unpinnable(0x40000, 0x40fff, true))
                .isEqualTo("0x40000-0x4ffff rw-s /dev/vfio/devices/vfio0 is a device's memory (a BAR), which"
                        + " has no pages");
    }

    @Test
    void theLimitOnLockedMemoryIsRead() {
        assertThat(FACTS.memlock()).isEqualTo("the limit on locked memory is 0x800000 bytes, for this process");
        String unlimited = "Max locked memory         unlimited            unlimited            bytes     \n";
        assertThat(facts(Map.of("/proc/self/limits", unlimited)).memlock()).isEqualTo("locked memory is not limited");
    }

    @Test
    void whatCannotBeReadIsSaid() {
        assertThat(facts(Map.of()).memlock()).contains("not known (/proc/self/limits)");
        assertThat(facts(Map.of()).unpinnable(new AddressRange(0, 0xfff), true)).contains("(/proc/self/smaps)");
    }

    @Test
    void theBudgetIsTheLimitUnlessTheProcessIsFreeOfIt() {
        String limits = "Max locked memory         8388608              8388608              bytes     \n";
        String status = "VmLck:\t 4096 kB\nVmPin:\t 100 kB\nCapEff:\t%s\n";
        Budget held = facts(Map.of("/proc/self/limits", limits, "/proc/self/status", status.formatted("0000")))
                .budget(OptionalLong.empty());
        Budget free = facts(Map.of("/proc/self/limits", limits, "/proc/self/status", status.formatted("4000")))
                .budget(OptionalLong.empty());
        assertThat(held.memlock()).hasValue(8 << 20);
        assertThat(held.pinnable()).hasValue(4 << 20);
        assertThat(held.raiseFor(4 << 20)).isEmpty();
        assertThat(held.raiseFor(5 << 20)).hasValue(9 << 20);
        assertThat(free.pinnable()).isEmpty();
        assertThat(facts(Map.of()).budget(OptionalLong.empty())).isEqualTo(Budget.UNKNOWN);
    }
}
