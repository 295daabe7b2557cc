package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.FlatView;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DeviceOwner;
import org.pinion.core.plugin.PluginKind;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/** Spaces move between the shipped backends while bundles come and go, on an emulated machine. */
class BackendMoveTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;
    private static final int CONFIGURATION_SPACE = 7;
    private static final int COMMAND = 4;

    private final EmulatedHost host = new EmulatedHost(2);
    private final Microkernel core = new Microkernel((Bundle) null, BackendUpdateTest.configuration(300));
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final Map<String, ServiceReference<IommuBackend>> bundles = new HashMap<>();
    private EmulatedHost.Memory memory;

    @BeforeEach
    void start() throws Exception {
        memory = host.memory(SIZE);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        start("iommufd", "1.0.0");
        start("vfio", "1.0.0");
        // Their trials open files, and have ended then.
        core.registry().inUse(PluginKind.BACKEND);
    }

    @AfterEach
    void stop() {
        core.stop();
    }

    private void start(String backend, String version) {
        ServiceReference<IommuBackend> bundle = Registered.updated(BackendType.PROPERTY, backend, version);
        bundles.put(backend, bundle);
        Registered.backend(core, host.backend(backend), bundle);
    }

    private AddressSpace open(String backend) throws IommuException {
        AddressSpace space = service.open(new SpaceOptions("guest", backend, List.of("strict")));
        space.commit(FlatView.of("view", List.of(memory.at(0, 0, SIZE))));
        return space;
    }

    private void requireDma(AttachedDevice edu, long value) throws IommuException {
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, value);
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    private static short command(AttachedDevice device) throws IommuException {
        MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_SHORT);
        device.read(CONFIGURATION_SPACE, COMMAND, word);
        return word.get(ValueLayout.JAVA_SHORT, 0);
    }

    private IommuException refusal(String backend) {
        return catchThrowableOfType(IommuException.class, () -> service.move("guest", backend));
    }

    /** The kernel gives out the least descriptor that is free. */
    private int nextDescriptor() {
        int fd = host.kernel.eventfd(0, 0);
        host.kernel.close(fd);
        return fd;
    }

    @ParameterizedTest
    @CsvSource({"iommufd, vfio", "vfio, iommufd"})
    void aSpaceMovesThereAndBackAndItsDevicesReachTheSameMemory(String here, String there) throws IommuException {
        int descriptors = nextDescriptor();
        AddressSpace space = open(here);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        AttachedDevice other = space.attach(EmulatedHost.edu(1));
        requireDma(edu, 1);
        short command = command(edu);
        SpaceSnapshot before = space.snapshot();
        CommitReport report = service.move("guest", there);
        assertThat(report.keptBytes()).isEqualTo(SIZE).isEqualTo(report.remappedBytes());
        assertThat(command(edu)).isEqualTo(command);
        assertThat(space.snapshot().options().backend()).isEqualTo(there);
        assertThat(byAnyRoute(space.snapshot())).isEqualTo(byAnyRoute(before));
        assertThat(space.snapshot().ledger().pinnedBytes()).isEqualTo(before.ledger().pinnedBytes());
        requireDma(edu, 2);
        requireDma(other, 3);
        service.move("guest", here);
        assertThat(space.snapshot().table()).isEqualTo(before.table());
        assertThat(space.snapshot().options()).isEqualTo(before.options());
        requireDma(edu, 4);
        requireDma(other, 5);
        assertThat(service.space("guest")).containsSame(space);
        space.close();
        assertThat(nextDescriptor()).isEqualTo(descriptors);
    }

    private static List<Mapping> byAnyRoute(SpaceSnapshot snapshot) {
        return snapshot.table().stream()
                .map(mapping -> new Mapping(mapping.range(), mapping.access(), Route.USER, mapping.backing()))
                .toList();
    }

    @Test
    void moveToWhereItIsChangesNothing() throws IommuException {
        AddressSpace space = open("vfio");
        SpaceSnapshot before = space.snapshot();
        CommitReport report = service.move("guest", "vfio");
        assertThat(report.keptBytes()).isEqualTo(SIZE);
        assertThat(report.remappedBytes()).isZero();
        assertThat(space.snapshot()).isSameAs(before);
    }

    @Test
    void aSpaceOrABackendThatIsNotThereIsNamed() throws IommuException {
        assertThat(refusal("vfio")).hasMessageContaining("there is no address space of that name");
        open("vfio");
        assertThat(refusal("vdpa")).hasMessageContaining("backend 'vdpa' is not there; there are: iommufd, vfio");
    }

    @Test
    void interruptsThatADriverHasAllowedKeepTheSpaceUntilItsOwnerClosesThem() throws IommuException {
        AddressSpace space = open("vfio");
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        DeviceInterrupts allowed = edu.allow(InterruptKind.MSI, 1);
        assertThat(refusal("iommufd"))
                .hasMessageContaining("the driver of 0000:00:04.0 has something open that would end: MSI interrupts");
        requireDma(edu, 6);
        edu.ownedBy(new DeviceOwner() {
            @Override
            public void quiesce(AttachedDevice device, String cause) throws IommuException {
                allowed.close();
            }

            @Override
            public void resume(AttachedDevice device) {
                try {
                    device.allow(InterruptKind.MSI, 1);
                } catch (IommuException failure) {
                    throw new AssertionError(failure);
                }
            }
        });
        service.move("guest", "iommufd");
        assertThat(space.options().backend()).isEqualTo("iommufd");
        assertThat(refusal("vfio")).hasMessageContaining("MSI interrupts");
    }

    @Test
    void afterAMoveTheSpaceFollowsTheBackendThatHasIt() throws IommuException {
        AddressSpace space = open("vfio");
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        service.move("guest", "iommufd");
        core.unbindBackend(bundles.get("vfio"));
        requireDma(edu, 7);
        assertThat(space.snapshot().backendAway()).isEmpty();
        core.unbindBackend(bundles.get("iommufd"));
        assertThat(space.snapshot().backendAway()).contains("backend iommufd is being replaced");
        start("vfio", "1.0.1");
        assertThat(space.snapshot().backendAway()).contains("backend iommufd is being replaced");
        start("iommufd", "1.0.1");
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma(edu, 8);
        service.move("guest", "vfio");
        requireDma(edu, 9);
    }

    @Test
    void backendsThatAreUpdatedWhileOwnersAreAskedKeepNothing() throws Exception {
        AddressSpace space = open("vfio");
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        CountDownLatch resumed = new CountDownLatch(1);
        edu.ownedBy(new DeviceOwner() {
            @Override
            public void quiesce(AttachedDevice device, String cause) {
                for (String backend : List.of("vfio", "iommufd")) {
                    core.unbindBackend(bundles.get(backend));
                    start(backend, "1.0.1");
                }
            }

            @Override
            public void resume(AttachedDevice device) {
                resumed.countDown();
            }
        });
        service.move("guest", "iommufd");
        assertThat(resumed.getCount()).isZero();
        await().until(() -> space.snapshot().backendAway().isEmpty());
        assertThat(space.options().backend()).isEqualTo("iommufd");
        requireDma(edu, 10);
    }
}
