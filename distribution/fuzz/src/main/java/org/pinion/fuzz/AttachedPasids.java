package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The PASIDs of mock devices that are attached. Linux's mock driver does not detach them when a device goes, which then
 * stays for ever with all that is pinned for it; so they are detached before.
 */
final class AttachedPasids {

    /** Of a mock device in an iommufd. */
    private record Pasid(int file, int handle, int number) {}

    private final Map<Pasid, Operation.Ioctl> detaching = new LinkedHashMap<>();

    void learn(Operation.Ioctl ioctl, Answer answer) {
        if (!answer.succeeded()) {
            return;
        }
        Pasid pasid = new Pasid(ioctl.file(), (int) ioctl.number("id"), (int) ioctl.number("pasid"));
        if (ioctl.request() == Request.MOCK_PASID_ATTACH && pasid.number != 0) {
            detaching.put(pasid, new Operation.Ioctl(Operation.NONE, pasid.file, Request.MOCK_PASID_DETACH, Map.of(
                    "id", Value.number(pasid.handle), "pasid", Value.number(pasid.number)), List.of()));
        } else if (ioctl.request() == Request.MOCK_PASID_DETACH) {
            detaching.remove(pasid);
        }
    }

    /** What is to be asked before an operation by which devices may go. */
    List<Operation.Ioctl> before(Operation operation) {
        List<Operation.Ioctl> asked = new ArrayList<>();
        detaching.forEach((pasid, detach) -> {
            if (pasid.file == operation.file() && goes(pasid, operation)) {
                asked.add(detach);
            }
        });
        return asked;
    }

    private static boolean goes(Pasid pasid, Operation operation) {
        return switch (operation) {
            case Operation.Close _ -> true;
            case Operation.Ioctl ioctl -> ioctl.request() == Request.DESTROY
                    && (int) ioctl.number("id") == pasid.handle;
            default -> false;
        };
    }
}
