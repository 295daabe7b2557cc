package org.pinion.emulator.iommufd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Page faults of devices on their way to the process, which answers them ({@code struct iommufd_fault}). Guarded by
 * the iommufd's lock.
 */
final class FaultQueue extends IommufdObject {

    /**
     * A device that asked for a page.
     *
     * @param device the device, or one of its PASIDs
     * @param pasid the PASID
     * @param group what the device calls the request
     * @param permissions what it wants to do
     * @param address where
     */
    record PageFault(PhysicalDevice device, int pasid, int group, int permissions, long address) {}

    private final Deque<PageFault> undelivered = new ArrayDeque<>();
    private final Map<Integer, PageFault> unanswered = new TreeMap<>();

    void add(PageFault fault) {
        undelivered.add(fault);
    }

    boolean isEmpty() {
        return undelivered.isEmpty();
    }

    /** The next page fault, which waits for an answer from now on, by its cookie; empty if there is none. */
    Optional<Map.Entry<Integer, PageFault>> next() {
        PageFault fault = undelivered.poll();
        if (fault == null) {
            return Optional.empty();
        }
        int cookie = 1;
        while (unanswered.containsKey(cookie)) {
            cookie++;
        }
        unanswered.put(cookie, fault);
        return Optional.of(Map.entry(cookie, fault));
    }

    /** Answers a page fault; says whether there was one with that cookie. */
    boolean answer(int cookie) {
        return unanswered.remove(cookie) != null;
    }

    /** A device leaves the page table: the kernel itself answers what it has asked for. */
    void forget(PhysicalDevice device) {
        undelivered.removeIf(fault -> fault.device == device);
        List<Integer> cookies = new ArrayList<>(unanswered.keySet());
        cookies.removeIf(cookie -> unanswered.get(cookie).device != device);
        cookies.forEach(unanswered::remove);
    }
}
