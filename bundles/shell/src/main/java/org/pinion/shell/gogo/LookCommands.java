package org.pinion.shell.gogo;

import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.HostExaminer;
import org.pinion.api.runtime.PolicyDrafts;
import org.pinion.shell.report.DeviceList;
import org.pinion.shell.report.DoctorText;
import org.pinion.shell.report.Examination;
import org.pinion.shell.report.ForecastReport;
import org.pinion.shell.report.PlanReport;
import org.pinion.shell.report.PlanText;
import org.pinion.shell.report.PluginList;
import org.pinion.shell.report.SpaceList;
import org.pinion.shell.rules.RulesCheck;
import org.pinion.shell.rules.RulesFile;

/** The commands that look and change nothing. */
@Component(
        service = LookCommands.class,
        property = {
            "osgi.command.scope=dma",
            "osgi.command.function=help",
            "osgi.command.function=spaces",
            "osgi.command.function=plan",
            "osgi.command.function=preflight",
            "osgi.command.function=why",
            "osgi.command.function=devices",
            "osgi.command.function=plugins",
            "osgi.command.function=doctor",
            "osgi.command.function=rules"
        })
public final class LookCommands {

    private static final String HELP = """
            dma:help                                 this list
            dma:spaces                               the open address spaces
            dma:plan [SPACE]                         every decision of a space's plan, with its reason
            dma:preflight DEVICE [SPACE]             what attaching a device would do; does nothing
            dma:why ADDRESS [SPACE]                  why devices can or cannot reach an address (0x... or decimal)
            dma:rules FILE [SPACE]                   what rules would change for a space's view, its devices apart
            dma:devices [BACKEND]                    the devices that could be attached
            dma:plugins                              the backends, classifiers, policies and sources
            dma:doctor                               what this host can and cannot do, and what helps
            dma:open SPACE [BACKEND] [POLICY...]     open an address space (default: iommufd strict); with --lasting it
                                                     outlives the process, where somebody keeps it (pinion keep)
            dma:load SPACE MTREE [MEMORY-DEVICES]    show a guest's flat view there, on memory of this process
            dma:attach DEVICE [SPACE]                attach a device
            dma:detach DEVICE [SPACE]                detach it
            dma:dirty SPACE [end]                    which pages devices wrote since it was asked last; the first begins
            dma:pending                              what plugins want and somebody must decide
            dma:accept [SPACE]                       let them: take out what they refuse, make the rest as they want it
            dma:discard [SPACE]                      leave everything as it is
            dma:adopt SPACE                          have the backend in use go on with a space
            dma:move SPACE BACKEND                   move a space to another backend: same table, same devices
            dma:release PLUGIN                       try a plugin out again that is in quarantine
            dma:close SPACE                          detach, unmap and free everything
            SPACE in brackets may be left out where only one is open. felix:help lists the console's other commands.""";

    private final DmaService dma;
    private final DmaRuntime runtime;
    private final OpenSpaces open;

    // They need a kernel; without one the other commands still work.
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<HostExaminer> examiners = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<PolicyDrafts> drafts = List.of();

    /**
     * @param dma knows spaces and devices
     * @param runtime says what is there
     */
    @Activate
    public LookCommands(@Reference(name = "dma") DmaService dma, @Reference(name = "runtime") DmaRuntime runtime) {
        this.dma = dma;
        this.runtime = runtime;
        this.open = new OpenSpaces(dma);
    }

    /** {@return what the commands of this scope are} */
    public String help() {
        return HELP;
    }

    /** {@return the open address spaces} */
    public String spaces() {
        List<SpaceSnapshot> spaces = runtime.spaces();
        return spaces.isEmpty()
                ? "no address space is open"
                : SpaceList.text(spaces).stripTrailing();
    }

    /**
     * @param space a space's name, if more than one is open
     * @return every decision of the space's plan
     * @throws IommuException if there is no such space
     */
    public String plan(String... space) throws IommuException {
        SpaceSnapshot now = open.choose(space).snapshot();
        PlanReport report = new PlanReport(now.options().backend(), runtime.kernel(), now.devices(), now.plan());
        return PlanText.of(report).stripTrailing();
    }

    /**
     * @param device a device's address
     * @param space a space's name, if more than one is open
     * @return what attaching it would do
     * @throws IommuException if there is no such space or device, or it is attached already
     */
    public String preflight(String device, String... space) throws IommuException {
        AddressSpace chosen = open.choose(space);
        FlatView view = chosen.snapshot().plan().view();
        return new ForecastReport(
                        chosen.options().backend(), runtime.kernel(), chosen.forecast(view, List.of(), device))
                .text()
                .stripTrailing();
    }

    /**
     * @param address an address, hexadecimal with {@code 0x} or decimal, unsigned
     * @param space a space's name, if more than one is open
     * @return why devices can or cannot reach the address
     * @throws IommuException if that is no address or there is no such space
     */
    public String why(String address, String... space) throws IommuException {
        return String.join("\n", open.choose(space).why(parse(address)).sentences());
    }

    /**
     * @param backend a backend's name
     * @return the devices that the backend could attach
     * @throws IommuException if the backend is not there or cannot tell
     */
    public String devices(String... backend) throws IommuException {
        return DeviceList.text(dma.devices(backend.length == 0 ? Defaults.BACKEND : backend[0]))
                .stripTrailing();
    }

    /** {@return the plugins} */
    public String plugins() {
        return PluginList.text(runtime.plugins()).stripTrailing();
    }

    /**
     * @return what the examiners found out about the host
     * @throws IommuException if there is no examiner
     */
    public String doctor() throws IommuException {
        return DoctorText.of(Examination.by(examiners)).stripTrailing();
    }

    /**
     * @param file a file with rules
     * @param space a space's name, if more than one is open
     * @return what the rules would change for the space's view, planned for no device
     * @throws IommuException if there is no such space or file, or the rules are wrong
     */
    public String rules(String file, String... space) throws IommuException {
        SpaceSnapshot now = open.choose(space).snapshot();
        RulesCheck check = new RulesCheck(dma, runtime, drafts);
        Path path = Path.of(file);
        SpaceOptions options = new SpaceOptions("dma:rules", now.options().backend(), now.options().policies());
        return check.compare(
                        path, RulesFile.read(path, check.factoryPid()), options, false, now.plan().view(), List.of())
                .text()
                .stripTrailing();
    }

    private static long parse(String address) throws IommuException {
        try {
            return address.regionMatches(true, 0, "0x", 0, 2)
                    ? Long.parseUnsignedLong(address.substring(2), 16)
                    : Long.parseUnsignedLong(address);
        } catch (NumberFormatException e) {
            throw new IommuException(
                    "read address '" + address + "'",
                    null,
                    null,
                    "it is no number from 0 to 2^64-1",
                    "write it as 0xfee00000 or 4276092928",
                    e);
        }
    }
}
