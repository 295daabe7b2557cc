package org.pinion.lab.cost;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;

/** Commits of an address space: a view with sections, then one without. */
final class CommitSide implements Side {

    static final FlatView NOTHING = FlatView.of("memory", List.of());

    private final Scene scene;
    private final AddressSpace space;

    CommitSide(Scene scene, DmaService dma, SpaceOptions options) throws IommuException {
        this.scene = scene;
        this.space = dma.open(options);
    }

    @Override
    public long round(Work work, long base) throws IommuException {
        attach();
        List<FlatView> views = views(work, base);
        run(views, 1);
        if (space.snapshot().version() == 0) {
            throw new IllegalStateException("a commit has changed nothing");
        }
        long taken = run(views, work.pairs());
        detach();
        return taken;
    }

    AddressSpace space() {
        return space;
    }

    void attach() throws IommuException {
        if (scene.device().isPresent()) {
            space.attach(scene.device().get());
        }
    }

    void detach() throws IommuException {
        if (scene.device().isPresent()) {
            space.detach(scene.device().get());
        }
    }

    /** Views that no round before has seen. */
    List<FlatView> views(Work work, long base) {
        List<FlatView> views = new ArrayList<>();
        for (int slot = 0; slot < work.slots(); slot++) {
            List<Section> sections = new ArrayList<>();
            for (int piece = slot; piece < slot + work.chunks(); piece++) {
                AddressRange range = AddressRange.ofSize(work.iova(base, piece), work.size());
                sections.add(Section.ram(range, scene.backing(work.offset(piece)), "ram"));
            }
            views.add(FlatView.of("memory", sections));
        }
        return views;
    }

    private long run(List<FlatView> views, int pairs) throws IommuException {
        long start = System.nanoTime();
        for (int pair = 0; pair < pairs; pair++) {
            int mapped = space.commit(views.get(pair % views.size())).mapped().size();
            int unmapped = space.commit(NOTHING).unmapped().size();
            if (mapped == 0 || mapped != unmapped) {
                throw new IllegalStateException(mapped + " mappings were made, " + unmapped + " were removed");
            }
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() throws IommuException {
        space.close();
    }
}
