package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/** A move takes longer than a backend that leaves waits for its turn: whoever has the space then is the one it is with. */
@Timeout(60)
class LongMoveTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;

    private final EmulatedHost host = new EmulatedHost(1);
    private final Microkernel core = new Microkernel((Bundle) null, StuckBackendsTest.configuration());
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final CountDownLatch mapping = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean refuses;
    private ServiceReference<IommuBackend> iommufd;
    private EmulatedHost.Memory memory;
    private AddressSpace space;

    private ServiceReference<IommuBackend> bind(String backend, Kernel on) {
        ServiceReference<IommuBackend> reference = Registered.updated(BackendType.PROPERTY, backend, "1.0.0");
        Registered.backend(core, EmulatedHost.backend(backend, on), reference);
        return reference;
    }

    /** The kernel under the other backend takes long to map anything. */
    private Kernel slow() {
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    if (method.getName().equals("ioctl") && (int) arguments[1] == VfioType1.MAP_DMA) {
                        mapping.countDown();
                        goOn.await();
                        if (refuses) {
                            return Errno.ENOMEM.answer();
                        }
                    }
                    try {
                        return method.invoke(host.kernel, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @BeforeEach
    void open() throws Exception {
        memory = host.memory(SIZE);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        iommufd = bind("iommufd", host.kernel);
        bind("vfio", slow());
        space = service.open(new SpaceOptions("guest", "iommufd", List.of("strict")));
        space.commit(FlatView.of("view", List.of(memory.at(0, 0, SIZE))));
        space.attach(EmulatedHost.edu(0));
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        core.stop();
    }

    /** Moves the space, and has its backend leave meanwhile; it waits for its turn in vain. */
    private void moveWhileItsBackendLeaves() throws Exception {
        CompletableFuture<Void> moving = CompletableFuture.runAsync(() -> {
            try {
                service.move("guest", "vfio");
            } catch (IommuException refused) {
                assertThat(refuses).isTrue();
            }
        }, task -> Thread.ofPlatform().daemon().start(task));
        assertThat(mapping.await(10, TimeUnit.SECONDS)).isTrue();
        core.unbindBackend(iommufd);
        assertThat(space.snapshot().backendAway()).contains("is gone");
        goOn.countDown();
        moving.get(10, TimeUnit.SECONDS);
    }

    private void requireDma() throws IommuException {
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, 42);
        EmulatedHost.copy(space.device(EmulatedHost.edu(0)).orElseThrow(), 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(42);
    }

    @Test
    void aMoveThatSucceedsLeavesNobodyToMiss() throws Exception {
        moveWhileItsBackendLeaves();
        assertThat(space.options().backend()).isEqualTo("vfio");
        assertThat(space.snapshot().backendAway()).isEmpty();
        requireDma();
    }

    @Test
    void aMoveThatFailsLeavesTheSpaceToTheNextOfItsBackend() throws Exception {
        refuses = true;
        moveWhileItsBackendLeaves();
        assertThat(space.options().backend()).isEqualTo("iommufd");
        assertThat(space.snapshot().backendAway()).contains("backend iommufd is being replaced");
        bind("iommufd", host.kernel);
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma();
        space.commit(FlatView.EMPTY);
        assertThat(space.snapshot().table()).isEmpty();
    }

    @Test
    void aMoveThatFailsPassesTheSpaceToTheNextThatIsThereAlready() throws Exception {
        refuses = true;
        ServiceReference<IommuBackend> next = bind("iommufd", host.kernel);
        moveWhileItsBackendLeaves();
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma();
        core.unbindBackend(next);
        assertThat(space.snapshot().backendAway()).contains("backend iommufd is being replaced");
    }
}
