package org.pinion.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.linux.Errno;

class LimitsTest {

    private static final String DEVICE = "0000:01:00.0";

    private final List<String> asked = new ArrayList<>();
    private List<BarExport> bars = List.of();
    private int open;
    private IommuException refusal;

    @Test
    void aDeviceThatIsReadyIsAskedForItsLimits() {
        Finding limits = one(examine(Hosts.serverWithIntelIommu()), "device.limits");

        assertThat(limits.subject()).isEqualTo(DEVICE);
        assertThat(limits.found()).contains("[0x0-0xfedfffff]", "alignment 4096", "backend iommufd");
        assertThat(asked).containsExactly("iommufd " + DEVICE);
        assertThat(open).isZero();
    }

    @Test
    void itSaysWhichOfItsBarsOthersReach() {
        RangeSet all = RangeSet.of(AddressRange.ofSize(0, 16 << 20));
        bars = List.of(new BarExport(0, 256, RangeSet.EMPTY, "less than a page"), new BarExport(2, 16 << 20, all, ""));
        assertThat(one(examine(Hosts.serverWithIntelIommu()), "device.limits").found())
                .endsWith("; other devices can reach its BAR 2 (16 MiB)");

        bars = List.of(new BarExport(2, 16 << 20, RangeSet.EMPTY, "the kernel exports none"));
        assertThat(one(examine(Hosts.serverWithIntelIommu()), "device.limits").found())
                .endsWith("; other devices cannot reach its BARs: the kernel exports none");
    }

    @Test
    void withoutItsOwnFileItIsAskedThroughItsGroup() {
        examine(Hosts.serverWithIntelIommu().node("/dev/iommu", Errno.ENOENT));

        assertThat(asked).containsExactly("vfio " + DEVICE);
    }

    @Test
    void aDeviceThatIsNotReadyIsLeftAlone() {
        examine(Hosts.serverWithNonViableGroup());

        assertThat(asked).isEmpty();
    }

    @Test
    void withoutAServiceToAskItSaysSo() {
        List<Finding> findings = new Doctor(Hosts.serverWithIntelIommu()).examine();

        assertThat(one(findings, "device.limits").found()).contains("not asked for");
    }

    @Test
    void ifTheKernelRefusesEveryDeviceNoneCanBeUsed() {
        refusal = new IommuException("preflight " + DEVICE, "EPERM: interrupts are shared", "allow unsafe interrupts");

        List<Finding> findings = examine(Hosts.serverWithIntelIommu());

        assertThat(one(findings, "device.limits").level()).isEqualTo(Level.WARNING);
        assertThat(one(findings, "devices.none-ready").level()).isEqualTo(Level.PROBLEM);
        assertThat(one(findings, "devices.none-ready").remedy()).isEqualTo("allow unsafe interrupts");
        assertThat(open).isZero();
    }

    @Test
    void oneRefusalOfTwoLeavesTheOther() {
        refusal = new IommuException("preflight", "EBUSY", "end the program that has it");
        HostTree host = Hosts.serverWithIntelIommu().vfioFunction("0000:04:00.0", "8086:10fb", 16, "vfio1");

        assertThat(examine(host)).noneMatch(finding -> finding.level() == Level.PROBLEM);
    }

    private List<Finding> examine(HostTree host) {
        Doctor doctor = new Doctor(host);
        doctor.dma = proxy(DmaService.class, (_, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("open");
            open++;
            return space((SpaceOptions) arguments[0]);
        });
        return doctor.examine();
    }

    private AddressSpace space(SpaceOptions options) {
        return proxy(AddressSpace.class, (_, method, arguments) -> switch (method.getName()) {
            case "preview" -> preview(options, (List<?>) arguments[1]);
            case "close" -> open--;
            default -> throw new AssertionError(method);
        });
    }

    private Plan preview(SpaceOptions options, List<?> devices) throws IommuException {
        asked.add(options.backend() + " " + devices.getFirst());
        if (refusal != null && devices.contains(DEVICE)) {
            throw refusal;
        }
        RangeSet usable = RangeSet.of(new AddressRange(0, 0xfedfffffL));
        DeviceLimits limits = new DeviceLimits(devices.getFirst().toString(), usable, 4096, List.of(), bars);
        return new Plan(FlatView.EMPTY, IovaLimits.intersect(4096, List.of(limits)), options.policies(), List.of());
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Finding one(List<Finding> findings, String id) {
        return assertThat(findings).filteredOn(finding -> finding.id().equals(id)).singleElement().actual();
    }
}
