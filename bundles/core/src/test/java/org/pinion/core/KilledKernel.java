package org.pinion.core;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Iommufd;

/** Stops a thread for good before one of its requests, as a process that is killed stops. */
final class KilledKernel {

    private final Kernel kernel;
    private final ThreadLocal<Integer> left = new ThreadLocal<>();
    private volatile CountDownLatch stopped = new CountDownLatch(1);

    /** Something that makes requests. */
    interface Requests {
        void make() throws Exception;
    }

    KilledKernel(Kernel behind) {
        kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    if (method.getName().equals("ioctl") && arguments[2] instanceof MemorySegment) {
                        count((int) arguments[1]);
                    }
                    if (method.getName().equals("ftruncate") || method.getName().equals("pwrite")) {
                        count();
                    }
                    try {
                        return method.invoke(behind, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    Kernel kernel() {
        return kernel;
    }

    /** Makes requests on a thread that never gets to the n-th that changes something; says whether there is one. */
    boolean before(int request, Requests requests) throws Exception {
        stopped = new CountDownLatch(1);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            left.set(request);
            try {
                requests.make();
                done.complete(null);
            } catch (Exception failure) {
                done.completeExceptionally(failure);
            }
        });
        CompletableFuture<Void> killed = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                stopped.await();
                killed.complete(null);
            } catch (InterruptedException interrupted) {
                killed.completeExceptionally(interrupted);
            }
        });
        CompletableFuture.anyOf(done, killed).get(30, TimeUnit.SECONDS);
        return !done.isDone();
    }

    private void count(int request) {
        boolean changes = switch (request) {
            case Iommufd.IOAS_MAP, Iommufd.IOAS_MAP_FILE, Iommufd.IOAS_UNMAP, Iommufd.IOAS_COPY, Iommufd.DESTROY -> true;
            default -> false;
        };
        if (changes) {
            count();
        }
    }

    /** Something is about to change. */
    void count() {
        Integer before = left.get();
        if (before == null) {
            return;
        }
        left.set(before - 1);
        if (before == 1) {
            stopped.countDown();
            while (true) {
                LockSupport.park();
            }
        }
    }
}
