package org.pinion.fuzz;

import java.util.List;

/** Makes up requests to devices and drivers that exist for tests alone. */
final class MockRequests {

    private static final int DEVICE_FLAGS = 7;
    private static final List<Long> FLAGS_TO_TRY = List.of(0L, 1L, 4L, 4L, 5L);
    private static final long LONGEST = Ram.SIZE;
    private static final int PASIDS = 4;
    private static final long DEVICE_CACHE = 0xbaddad;
    private static final long IOTLB = 0xbadbeef;

    private final Dice dice;
    private final Ids ids;
    private final boolean domains;

    /** With devices behind a mock IOMMU, or without, only with drivers that reach memory themselves. */
    MockRequests(Dice dice, boolean domains) {
        this.dice = dice;
        this.ids = new Ids(dice);
        this.domains = domains;
    }

    Operation next(World world, OpenedFile file) {
        List<OpenedFile> accesses = world.files(OpenedFile.Kind.ACCESS);
        if (domains && !file.holdsDevices() && !dice.oneIn(3)) {
            return device(file, pinsAreKnown(world));
        }
        if (dice.oneIn(8)) {
            return buffer(world, file);
        }
        if (accesses.isEmpty() || dice.oneIn(6)) {
            return dice.oneIn(4) ? reserve(file) : access(world, file);
        }
        return use(file, dice.pick(accesses));
    }

    /** The emulated mock devices count the pins of iommufds alone, not those of containers. */
    private static boolean pinsAreKnown(World world) {
        return world.files(OpenedFile.Kind.CONTAINER).isEmpty() && world.files(OpenedFile.Kind.GROUP).isEmpty()
                && world.files(OpenedFile.Kind.DEVICE).stream().noneMatch(device -> device.owner() >= 0);
    }

    private Operation device(OpenedFile file, boolean pinsKnown) {
        if (file.ids(OpenedFile.Id.DEVICE).isEmpty()) {
            return pinsKnown && dice.oneIn(3) ? checkPins(file) : domain(file);
        }
        int dirty = file.ids(OpenedFile.Id.DIRTY_TABLE).isEmpty() ? 1 : 12;
        int pasids = file.ids(OpenedFile.Id.PASID_TABLE).isEmpty() ? 3 : 12;
        return switch (dice.weighted(4, 4, 5, 4, dirty, 1, 1, 1, pasids)) {
            case 0 -> domain(file);
            case 1 -> new Draft(dice, file, Request.MOCK_DOMAIN_REPLACE)
                    .put("id", ids.any(file, OpenedFile.Id.MOCK_HANDLE)).put("pt_id", ids.pasidTarget(file)).done();
            case 2 -> checkMapped(file);
            case 3 -> pinsKnown ? checkPins(file) : checkMapped(file);
            case 4 -> dirty(file);
            case 5 -> new Draft(dice, file, Request.MOCK_CHECK_IOTLB).put("id", ids.table(file))
                    .put("entry", dice.below(6)).put("iotlb", dice.oneIn(3) ? 0 : IOTLB).done();
            case 6 -> pageFault(file);
            case 7 -> new Draft(dice, file, Request.MOCK_CHECK_CACHE).put("id", ids.any(file, OpenedFile.Id.DEVICE))
                    .put("cache_id", dice.below(5)).put("cache", dice.oneIn(5) ? 0 : DEVICE_CACHE).done();
            default -> pasid(file);
        };
    }

    private Operation domain(OpenedFile file) {
        Draft draft = dice.oneIn(2)
                ? new Draft(dice, file, Request.MOCK_DOMAIN)
                : new Draft(dice, file, Request.MOCK_DOMAIN_FLAGS)
                        .put("dev_flags", dice.oneIn(10) ? dice.bits(DEVICE_FLAGS) : dice.pick(FLAGS_TO_TRY));
        return draft.put("id", ids.pasidTarget(file)).done();
    }

    /** Memory of a device that is none, which can be taken away. */
    private Operation buffer(World world, OpenedFile file) {
        List<OpenedFile> buffers = world.files(OpenedFile.Kind.BUFFER);
        if (buffers.isEmpty() || dice.oneIn(4)) {
            return new Draft(dice, file, Request.MOCK_DMABUF_GET)
                    .put("length", dice.oneIn(10) ? dice.edge() : (1 + dice.below(16)) * Ram.PAGE)
                    .makes(world.newSlot()).done();
        }
        if (dice.oneIn(12)) {
            return new Draft(dice, file, Request.MOCK_NEXT).put("first", dice.below(4)).done();
        }
        Value fd = dice.oneIn(20) ? noBuffer() : Value.file(dice.pick(buffers).slot());
        return new Draft(dice, file, Request.MOCK_DMABUF_REVOKE).put("dmabuf_fd", fd)
                .put("revoked", dice.below(2)).done();
    }

    private Value noBuffer() {
        return dice.oneIn(2) ? Value.number(-1) : Value.memoryFile(1);
    }

    private OpenedFile.Area area(OpenedFile file) {
        return file.areas().isEmpty() ? null : dice.pick(file.areas());
    }

    private Operation checkMapped(OpenedFile file) {
        OpenedFile.Area area = area(file);
        boolean known = area != null && area.source() != null && area.source().base() == Value.Base.RAM
                && area.length() > 0 && area.length() <= LONGEST;
        long length = known ? area.length() : (1 + dice.below(3)) * Ram.PAGE;
        return new Draft(dice, file, Request.MOCK_CHECK_MAP).put("id", ids.table(file))
                .put("iova", known ? area.start() : dice.iova()).put("length", length)
                .put("uptr", known ? area.source() : dice.memory(length)).done();
    }

    private Operation checkPins(OpenedFile file) {
        long length = (1 + dice.below(3)) * Ram.PAGE;
        return new Draft(dice, file, Request.MOCK_CHECK_REFS).put("length", length)
                .put("uptr", dice.memory(length)).put("refs", dice.below(3)).done();
    }

    private Operation dirty(OpenedFile file) {
        Span span = Span.near(dice, area(file));
        long pageSize = dice.oneIn(2) ? 2048 : 4096;
        long most = pageSize * 64;
        long length = span.length() < 0 || span.length() > most ? most : span.length();
        return new Draft(dice, file, Request.MOCK_DIRTY).put("id", ids.dirtyTable(file))
                .put("iova", span.start()).put("length", length).put("page_size", pageSize)
                .array("uptr", List.of(dice.bits(-1))).done();
    }

    private Operation pageFault(OpenedFile file) {
        return new Draft(dice, file, Request.MOCK_TRIGGER_IOPF).put("dev_id", ids.any(file, OpenedFile.Id.DEVICE))
                .put("pasid", dice.below(2)).put("grpid", dice.below(3)).put("perm", dice.below(4))
                .put("addr", dice.iova()).done();
    }

    private Operation pasid(OpenedFile file) {
        Request request = dice.pick(List.of(Request.MOCK_PASID_ATTACH, Request.MOCK_PASID_REPLACE,
                Request.MOCK_PASID_DETACH, Request.MOCK_PASID_CHECK));
        Draft draft = new Draft(dice, file, request).put("id", ids.any(file, OpenedFile.Id.MOCK_HANDLE))
                .put("pasid", dice.below(PASIDS));
        return switch (request) {
            case MOCK_PASID_DETACH -> draft.done();
            case MOCK_PASID_CHECK -> draft.put("hwpt_id", ids.pasidTarget(file)).done();
            default -> draft.put("pt_id", ids.pasidTarget(file)).done();
        };
    }

    private Operation reserve(OpenedFile file) {
        return new Draft(dice, file, Request.MOCK_ADD_RESERVED).put("id", ids.space(file)).put("start", dice.iova())
                .put("length", dice.length()).done();
    }

    private Operation access(World world, OpenedFile file) {
        return new Draft(dice, file, Request.MOCK_CREATE_ACCESS).put("id", ids.space(file))
                .put("flags", dice.oneIn(3) ? 0 : 1).makes(world.newSlot()).done();
    }

    private Operation use(OpenedFile file, OpenedFile access) {
        Value fd = Value.file(access.slot());
        return switch (dice.weighted(5, 3, 6, 2)) {
            case 0 -> pin(file, fd);
            case 1 -> new Draft(dice, file, Request.MOCK_DESTROY_ACCESS_PAGES).put("id", fd)
                    .put("access_pages_id", ids.any(access, OpenedFile.Id.PIN)).done();
            case 2 -> copy(file, fd);
            default -> new Draft(dice, file, Request.MOCK_ACCESS_REPLACE_IOAS).put("id", fd)
                    .put("ioas_id", ids.space(file)).done();
        };
    }

    private Operation pin(OpenedFile file, Value access) {
        OpenedFile.Area area = area(file);
        boolean known = area != null && area.source() != null && area.source().base() == Value.Base.RAM
                && area.length() > 0 && area.length() <= LONGEST;
        long length = known ? area.length() : (1 + dice.below(3)) * Ram.PAGE;
        return new Draft(dice, file, Request.MOCK_ACCESS_PAGES).put("id", access).put("flags", dice.below(2))
                .put("iova", area != null && (known || dice.oneIn(2)) ? area.start() : dice.iova())
                .put("length", length).put("uptr", known ? area.source() : dice.memory(length)).done();
    }

    private Operation copy(OpenedFile file, Value access) {
        Span span = Span.near(dice, area(file));
        long length = span.length() < 0 || span.length() > Side.DATA_SIZE ? 1 + dice.below(Side.DATA_SIZE)
                : span.length();
        return new Draft(dice, file, Request.MOCK_ACCESS_RW).put("id", access)
                .put("iova", span.start() + (dice.oneIn(2) ? dice.below((int) Ram.PAGE) : 0)).put("length", length)
                .array("uptr", List.of(dice.bits(-1), dice.bits(-1)))
                .put("flags", dice.pick(List.of(0L, 1L, 4L, 5L))).done();
    }
}
