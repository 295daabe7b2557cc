package org.pinion.core.space;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.pinion.api.IommuException;
import org.pinion.api.driver.DeviceOwner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the owners of devices to bring them to rest, and lets them go on afterwards: each on a thread of its own, within
 * bounded time, and in nobody's turn, since an owner may change the space. One that comes to rest too late is told to
 * go on at once.
 */
final class Owners {

    private static final Logger LOG = LoggerFactory.getLogger(Owners.class);

    private final Map<OpenDevice, Asked> asked = new LinkedHashMap<>();
    private final String cause;
    private final Duration longest;

    /**
     * @param owner who was asked
     * @param atRest done when the device is at rest; failed if it is not
     */
    private record Asked(DeviceOwner owner, CompletableFuture<Void> atRest) {}

    /**
     * @param cause what the devices are wanted for
     * @param longest how long an owner may take
     */
    Owners(String cause, Duration longest) {
        this.cause = cause;
        this.longest = longest;
    }

    /** {@return whether the owners that devices have now were all asked} */
    boolean haveAll(Collection<OpenDevice> devices) {
        return devices.stream().allMatch(this::hasAsked);
    }

    private boolean hasAsked(OpenDevice device) {
        return asked.containsKey(device) && asked.get(device).owner == device.owner();
    }

    /** Has those devices brought to rest that are not yet; throws if one of them is not. */
    void quiesce(Collection<OpenDevice> devices) throws IommuException {
        Map<OpenDevice, Asked> fresh = new LinkedHashMap<>();
        for (OpenDevice device : devices) {
            if (!hasAsked(device)) {
                fresh.put(device, ask(device));
            }
        }
        long until = System.nanoTime() + longest.toNanos();
        for (Map.Entry<OpenDevice, Asked> entry : fresh.entrySet()) {
            await(entry.getKey(), entry.getValue().atRest, until);
        }
    }

    private Asked ask(OpenDevice device) {
        DeviceOwner owner = device.owner();
        Asked before = asked.remove(device);
        if (before != null) {
            resume(device, before);
        }
        Asked now = new Asked(owner, owner == DeviceOwner.NOBODY
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> quiesce(owner, device), task -> start(task, device)));
        asked.put(device, now);
        return now;
    }

    private void quiesce(DeviceOwner owner, OpenDevice device) {
        try {
            owner.quiesce(device, cause);
        } catch (IommuException no) {
            throw new CompletionException(no);
        }
    }

    private static void start(Runnable task, OpenDevice device) {
        Thread.ofPlatform().daemon().name("pinion-owner-" + device.device().address()).start(task);
    }

    private void await(OpenDevice device, CompletableFuture<Void> atRest, long until) throws IommuException {
        try {
            atRest.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException no) {
            throw refused(device, no.getCause());
        } catch (TimeoutException late) {
            throw failure(device, "its owner did not bring it to rest within " + longest.toMillis() + " ms", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure(device, "interrupted while its owner was asked", interrupted);
        }
    }

    private IommuException refused(OpenDevice device, Throwable no) {
        String why = no instanceof IommuException reason ? reason.getMessage() : "it failed: " + no;
        return failure(device, "its owner does not bring it to rest: " + why, no);
    }

    private IommuException failure(OpenDevice device, String why, Throwable failure) {
        return new IommuException(
                cause,
                null,
                null,
                device.device().address() + ": " + why,
                "have its driver end what it does, or detach the device",
                failure);
    }

    /** Lets all owners go on whose devices are at rest, and the others when they are; waits for the former. */
    void resume() {
        long until = System.nanoTime() + longest.toNanos();
        Map<OpenDevice, CompletableFuture<Void>> going = new LinkedHashMap<>();
        asked.forEach((device, entry) -> {
            boolean atRest = entry.atRest.isDone();
            CompletableFuture<Void> goesOn = resume(device, entry);
            if (atRest) {
                going.put(device, goesOn);
            }
        });
        asked.clear();
        going.forEach((device, goesOn) -> awaitGoing(device, goesOn, until));
    }

    private CompletableFuture<Void> resume(OpenDevice device, Asked entry) {
        if (entry.owner == DeviceOwner.NOBODY || entry.atRest.isCompletedExceptionally()) {
            return CompletableFuture.completedFuture(null);
        }
        return entry.atRest.thenRunAsync(() -> entry.owner.resume(device), task -> start(task, device));
    }

    private void awaitGoing(OpenDevice device, CompletableFuture<Void> goesOn, long until) {
        try {
            goesOn.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.warn("{}: the owner of {} does not go on: {}", cause, device.device().address(), failure.toString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
