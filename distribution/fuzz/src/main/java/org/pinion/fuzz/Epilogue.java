package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.linux.uapi.VfioType1;

/** What is asked at the end of a script, so that the whole state is seen: what is mapped, which ids there are. */
final class Epilogue {

    private static final int MOST_IDS = 24;
    private static final int RANGES = 16;
    private static final int PLAIN_UNMAP = 24;
    private static final int INFO = 256;

    private final List<Operation> steps = new ArrayList<>();

    private Epilogue() {}

    /** All steps; at last everything is closed. */
    static List<Operation> of(World world, boolean memoryWritten) {
        Epilogue epilogue = new Epilogue();
        world.files(OpenedFile.Kind.IOMMU).forEach(epilogue::look);
        world.files(OpenedFile.Kind.CONTAINER).forEach(epilogue::lookAtContainer);
        if (memoryWritten) {
            for (Ram.Kind kind : Ram.Kind.values()) {
                epilogue.steps.add(new Operation.Bytes(kind.ordinal()));
            }
        }
        epilogue.steps.add(new Operation.Ledger());
        world.files(OpenedFile.Kind.IOMMU).forEach(epilogue::destroyAll);
        world.files().forEach(file -> epilogue.steps.add(new Operation.Close(file.slot())));
        epilogue.steps.add(new Operation.Ledger());
        return epilogue.steps;
    }

    private void add(OpenedFile file, Request request, Map<String, Value> values) {
        steps.add(new Operation.Ioctl(Operation.NONE, file.slot(), request, values, List.of()));
    }

    private void look(OpenedFile file) {
        for (int space : file.ids(OpenedFile.Id.IOAS)) {
            add(file, Request.IOAS_IOVA_RANGES, Map.of("ioas_id", Value.number(space),
                    "num_iovas", Value.number(RANGES), "allowed_iovas", Value.data(0)));
        }
        for (OpenedFile.Area area : List.copyOf(file.areas())) {
            if (area.space() == 0) {
                unmapFromContainer(file, area);
            } else {
                unmap(file, area.space(), area.start(), area.length());
            }
        }
        for (int space : file.ids(OpenedFile.Id.IOAS)) {
            unmap(file, space, 0, -1);
        }
    }

    private void unmap(OpenedFile file, int space, long start, long length) {
        add(file, Request.IOAS_UNMAP, Map.of("ioas_id", Value.number(space), "iova", Value.number(start),
                "length", Value.number(length)));
    }

    private void unmapFromContainer(OpenedFile file, OpenedFile.Area area) {
        add(file, Request.UNMAP_DMA, Map.of("argsz", Value.number(PLAIN_UNMAP), "iova", Value.number(area.start()),
                "size", Value.number(area.length())));
    }

    private void lookAtContainer(OpenedFile file) {
        add(file, Request.IOMMU_GET_INFO, Map.of("argsz", Value.number(INFO)));
        for (OpenedFile.Area area : List.copyOf(file.areas())) {
            unmapFromContainer(file, area);
        }
        add(file, Request.UNMAP_DMA,
                Map.of("argsz", Value.number(PLAIN_UNMAP), "flags", Value.number(VfioType1.UNMAP_ALL)));
    }

    /** Twice: at first some are still in use. */
    private void destroyAll(OpenedFile file) {
        int highest = 2;
        for (OpenedFile.Id kind : OpenedFile.Id.values()) {
            for (int id : kind == OpenedFile.Id.PIN ? List.<Integer>of() : file.ids(kind)) {
                highest = Math.max(highest, Math.min(id, MOST_IDS));
            }
        }
        for (int round = 0; round < 2; round++) {
            for (int id = 1; id <= highest; id++) {
                add(file, Request.DESTROY, Map.of("id", Value.number(id)));
            }
        }
    }
}
