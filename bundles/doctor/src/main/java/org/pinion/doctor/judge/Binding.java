package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import org.pinion.doctor.facts.DeviceFacts;

/** How to hand a PCI function to vfio-pci. */
final class Binding {

    private Binding() {}

    static List<String> commands(DeviceFacts device) {
        String home = "/sys/bus/pci/devices/" + device.address();
        List<String> commands = new ArrayList<>();
        commands.add("echo vfio-pci > " + home + "/driver_override");
        if (device.driver().isPresent()) {
            commands.add("echo " + device.address() + " > " + home + "/driver/unbind");
        }
        commands.add("echo " + device.address() + " > /sys/bus/pci/drivers_probe");
        return commands;
    }
}
