package org.pinion.emulator.iommufd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.PageRun;

/**
 * What a kernel with CONFIG_IOMMUFD_TEST has, so that tests can look into it from any iommufd
 * (drivers/iommu/iommufd/selftest.c). Safe for use by many threads.
 */
public final class MockHost {

    private final KernelRelease release;
    private final Set<IommufdContext> contexts = Collections.newSetFromMap(new WeakHashMap<>());

    /**
     * @param release which mock devices there are
     */
    public MockHost(KernelRelease release) {
        this.release = release;
    }

    KernelRelease release() {
        return release;
    }

    synchronized void opened(IommufdContext context) {
        contexts.add(context);
    }

    private synchronized void closed(IommufdContext context) {
        contexts.remove(context);
    }

    private synchronized List<IommufdContext> contexts() {
        return List.copyOf(contexts);
    }

    /** What all iommufds have pinned, once for every MAP call whose memory it is; no iommufd's lock is held. */
    List<PageRun> pinned() {
        List<PageRun> pinned = new ArrayList<>();
        for (IommufdContext context : contexts()) {
            context.lock().lock();
            try {
                if (context.tornDown()) {
                    closed(context);
                }
                Set<PinnablePages> all = Collections.newSetFromMap(new IdentityHashMap<>());
                context.objects().all().forEach(object -> addMapped(object, all));
                all.forEach(pages -> pinned.addAll(pages.pinned()));
            } finally {
                context.lock().unlock();
            }
        }
        return pinned;
    }

    private static void addMapped(IommufdObject object, Set<PinnablePages> all) {
        if (object instanceof Ioas ioas) {
            for (Area area : ioas.mapped()) {
                if (area.pages() instanceof PinnablePages pages) {
                    all.add(pages);
                }
            }
        }
    }
}
