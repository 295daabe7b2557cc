package org.pinion.core.space;

import java.util.List;
import org.pinion.api.AttachedDevice;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.core.plan.Planned;

/** Lets devices into a space and out of it, with the view in force planned for those that are then there. */
final class Attachments {

    private final String space;
    private final Changes changes;
    private final Planning planning;
    private final GuardedSession session;
    private final Devices devices;
    private final PlanInForce inForce;
    private final Lasting lasting;

    /**
     * @param space the space's name
     * @param changes runs each in the writer's turn
     * @param planning plans for other devices
     * @param session says for which devices the kernel pins
     * @param devices the devices that are there
     * @param inForce installs what is planned
     * @param lasting is told of a device before it leaves
     */
    Attachments(
            String space,
            Changes changes,
            Planning planning,
            GuardedSession session,
            Devices devices,
            PlanInForce inForce,
            Lasting lasting) {
        this.space = space;
        this.changes = changes;
        this.planning = planning;
        this.session = session;
        this.devices = devices;
        this.inForce = inForce;
        this.lasting = lasting;
    }

    AttachedDevice attach(String device) throws IommuException {
        String operation = "attach " + device;
        return changes.change(operation, _ -> {
            if (devices.has(device)) {
                throw new IommuException(operation, "it is already attached to '" + space + "'", "");
            }
            DeviceLimits learned = devices.preflight(device);
            try {
                Planned plan = planning.inForce(devices.limitsWith(List.of(learned))).accepted(operation);
                List<String> pinning = session.pins(device) ? List.of(device) : List.of();
                inForce.install(operation, plan, inForce.now(), pinning, transaction ->
                        devices.letIn(learned, plan.plan(), transaction));
                return devices.get(device);
            } catch (IommuException failure) {
                devices.releaseIfOutside(device, failure);
                throw failure;
            }
        });
    }

    CommitReport detach(String device) throws IommuException {
        String operation = "detach " + device;
        return changes.change(operation, kept -> {
            devices.get(device);
            Planned plan;
            try {
                plan = planning.inForce(devices.limitsWithout(device)).accepted(operation);
            } catch (PluginAway away) {
                throw away;
            } catch (IommuException unplanned) {
                kept.add(unplanned);
                return inForce.detachUnplanned(operation, device, _ -> letOut(device));
            }
            return inForce.detach(operation, plan, _ -> letOut(device));
        });
    }

    private void letOut(String device) throws IommuException {
        lasting.leaving(device);
        devices.letOut(device);
    }
}
