package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/** Somebody asks for a successor of a backend that is there, and it does not come to that. */
@Timeout(60)
class FailedAdoptionTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;

    private final EmulatedHost host = new EmulatedHost(2);
    private final Microkernel core = new Microkernel((Bundle) null, configuration());
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private EmulatedHost.Memory memory;

    /** Asked before a method of the first backend, or of its sessions, is called. */
    private volatile Interception interception = (_, call) -> call.call();

    private interface Interception {
        Object around(String method, Callable<Object> call) throws Exception;
    }

    private static CoreConfiguration configuration() {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> method.getName().equals("plugin_budget") ? 1000L : 300L);
    }

    @BeforeEach
    void bind() throws Exception {
        memory = host.memory(SIZE);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        bind(0);
    }

    private void bind(int ranking) {
        IommuBackend backend = intercepted(IommuBackend.class, host.backend("iommufd"));
        ServiceReference<IommuBackend> reference = Registered.changing(
                new HashMap<>(Map.of(BackendType.PROPERTY, "iommufd", Constants.SERVICE_RANKING, ranking)));
        Registered.backend(core, backend, reference);
    }

    private <T> T intercepted(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    Object answer = interception.around(method.getName(), () -> {
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw (Exception) thrown.getCause();
                        }
                    });
                    return answer instanceof BackendSession session
                            ? intercepted(BackendSession.class, session)
                            : answer;
                }));
    }

    @AfterEach
    void stop() {
        core.stop();
    }

    private AddressSpace open() throws IommuException {
        AddressSpace space = service.open(new SpaceOptions("guest", "iommufd", List.of("strict")));
        space.commit(view(SIZE));
        return space;
    }

    private FlatView view(long bytes) {
        return FlatView.of("view", List.of(memory.at(0, 0, bytes)));
    }

    private void requireDma(AttachedDevice edu, long value) throws IommuException {
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, value);
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    @Test
    void nobodyUsesASessionThatMayBeLettingGoStill() throws Exception {
        AddressSpace space = open();
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        CountDownLatch slow = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        interception = (method, call) -> {
            if (!method.equals("handOver")) {
                return call.call();
            }
            Complaint.awaitDeafly(slow);
            Object answer = call.call();
            over.countDown();
            return answer;
        };
        bind(9);
        assertThatThrownBy(() -> service.adopt("guest")).hasMessageContaining("did not answer within 1000 ms");
        assertThat(space.snapshot().backendAway()).contains("is gone", "did not answer within 1000 ms");
        assertThatThrownBy(() -> space.attach(EmulatedHost.edu(1))).hasMessageContaining("is gone");

        slow.countDown();
        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
        await().ignoreExceptionsInstanceOf(IommuException.class).until(() -> {
            service.adopt("guest");
            return true;
        });
        assertThat(space.snapshot().backendAway()).isEmpty();
        requireDma(edu, 7);
        space.attach(EmulatedHost.edu(1));
        assertThat(space.commit(view(SIZE / 2)).unmapped()).isNotEmpty();
    }

    @Test
    void aSessionThatRefusesToLetGoGoesOn() throws Exception {
        AddressSpace space = open();
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        bind(9);
        interception = (method, call) -> {
            if (method.equals("handOver")) {
                throw new IommuException("hand over", "the kernel is at it", "");
            }
            return call.call();
        };
        assertThatThrownBy(() -> service.adopt("guest")).hasMessageContaining("the kernel is at it");
        assertThat(space.snapshot().backendAway()).isEmpty();
        requireDma(edu, 8);
        space.commit(view(SIZE / 2));
    }

    @Test
    void ifNeitherTheSuccessorNorTheFormerGoesOnTheBackendIsGoneUntilOneDoes() throws Exception {
        AddressSpace space = open();
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        bind(9);
        interception = (method, call) -> {
            if (method.equals("adopt")) {
                throw new IommuException("adopt", "told to fail", "");
            }
            return call.call();
        };
        assertThatThrownBy(() -> service.adopt("guest"))
                .hasMessageContaining("told to fail")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
        assertThat(space.snapshot().backendAway()).contains("is gone", "told to fail").doesNotContain("being replaced");

        interception = (_, call) -> call.call();
        service.adopt("guest");
        assertThat(space.snapshot().backendAway()).isEmpty();
        requireDma(edu, 9);
    }
}
