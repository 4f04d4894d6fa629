package dev.cloister.local.cloudformation;

import dev.cloister.local.http.Answer;
import dev.cloister.local.http.Service;
import dev.cloister.local.iam.Roles;
import dev.cloister.local.kms.KmsService;
import dev.cloister.local.s3.Buckets;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.VerifiedRequest;
import dev.cloister.local.xml.Xml;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The query protocol of CloudFormation, version 2010-05-15. */
public final class CloudFormationService implements Service {
    /** What tells a request to CloudFormation from one to another service at the same address. */
    public static final String VERSION = "2010-05-15";

    private static final String NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    private static final Set<String> DEPLOY = Set.of(
            "StackName",
            "TemplateBody",
            "UsePreviousTemplate",
            "Parameters",
            "Capabilities",
            "Tags",
            "DisableRollback",
            "ClientRequestToken");
    private static final Set<String> CHANGE_SET = Set.of(
            "StackName",
            "TemplateBody",
            "UsePreviousTemplate",
            "Parameters",
            "Capabilities",
            "Tags",
            "ChangeSetName",
            "ChangeSetType",
            "Description",
            "ClientToken");
    private static final Set<String> STACK = Set.of("StackName", "NextToken", "ClientRequestToken");
    private static final Set<String> ONE_CHANGE_SET =
            Set.of("StackName", "ChangeSetName", "NextToken", "ClientRequestToken", "DisableRollback");

    private final SigV4Verifier verifier;
    private final Stacks stacks;
    private final Map<String, Action> actions = new HashMap<>();

    private interface Body {
        /** The content of the action's result element. */
        String run(Stacks.Asker asker, Form form) throws StackException;
    }

    private record Action(Set<String> parameters, Body body) {}

    /** Serves what a store keeps. */
    public CloudFormationService(
            SigV4Verifier verifier,
            StackStore store,
            KmsService keys,
            Buckets buckets,
            Roles roles,
            InstantSource clock) {
        this.verifier = verifier;
        this.stacks = new Stacks(store, keys, buckets, roles, clock);
        actions.put("CreateStack", new Action(DEPLOY, (asker, form) -> id(stacks.create(asker, wish(form)))));
        actions.put("UpdateStack", new Action(DEPLOY, (asker, form) -> id(stacks.update(asker, wish(form)))));
        actions.put("DeleteStack", new Action(STACK, this::delete));
        actions.put("DescribeStacks", new Action(STACK, this::describe));
        actions.put(
                "DescribeStackEvents",
                new Action(STACK, (asker, form) -> Answers.events(find(asker, form, "DescribeStackEvents"))));
        actions.put(
                "DescribeStackResources",
                new Action(STACK, (asker, form) -> Answers.resources(find(asker, form, "DescribeStackResources"))));
        actions.put(
                "GetTemplate",
                new Action(
                        Set.of("StackName", "TemplateStage"),
                        (asker, form) -> Xml.element(
                                "TemplateBody", find(asker, form, "GetTemplate").template())));
        actions.put(
                "ValidateTemplate",
                new Action(
                        Set.of("TemplateBody"),
                        (asker, form) -> Answers.template(stacks.validate(asker, form.required("TemplateBody")))));
        actions.put("GetTemplateSummary", new Action(Set.of("StackName", "TemplateBody"), this::summary));
        actions.put("CreateChangeSet", new Action(CHANGE_SET, this::createChangeSet));
        actions.put("DescribeChangeSet", new Action(ONE_CHANGE_SET, this::describeChangeSet));
        actions.put("ExecuteChangeSet", new Action(ONE_CHANGE_SET, (asker, form) -> {
            stacks.execute(asker, changeSet(asker, form));
            return "";
        }));
        actions.put("DeleteChangeSet", new Action(ONE_CHANGE_SET, (asker, form) -> {
            stacks.deleteChangeSet(asker, changeSet(asker, form));
            return "";
        }));
    }

    @Override
    public Answer answer(ReceivedRequest request, String requestId) {
        try {
            VerifiedRequest verified = verifier.verify(request, "cloudformation");
            Form form = Form.parse(new String(request.body(), StandardCharsets.UTF_8));
            String name = form.required("Action");
            Action action = actions.get(name);
            if (action == null) {
                throw new StackException("InvalidAction", "the local cloud does not know the action " + name);
            }
            form.requireKnown(action.parameters());
            if (form.isTrue("DisableRollback")) {
                throw StackException.validation("the local cloud always rolls back");
            }
            String result = action.body().run(new Stacks.Asker(verified.caller(), verified.region()), form);
            String body = Xml.DECLARATION + "<" + name + "Response xmlns=\"" + NAMESPACE + "\"><" + name + "Result>"
                    + result + "</" + name + "Result><ResponseMetadata>" + Xml.element("RequestId", requestId)
                    + "</ResponseMetadata></" + name + "Response>";
            return new Answer(200, "text/xml", body);
        } catch (SignatureRefusedException e) {
            return error(403, e.code().awsName().replace("Exception", ""), String.valueOf(e.getMessage()), requestId);
        } catch (StackException e) {
            int status = e.code().equals("AccessDenied") ? 403 : e.code().equals("ChangeSetNotFound") ? 404 : 400;
            return error(status, e.code(), String.valueOf(e.getMessage()), requestId);
        }
    }

    private static Answer error(int status, String code, String message, String requestId) {
        return new Answer(
                status,
                "text/xml",
                "<ErrorResponse xmlns=\"" + NAMESPACE + "\"><Error>" + Xml.element("Type", "Sender")
                        + Xml.element("Code", code) + Xml.element("Message", message) + "</Error>"
                        + Xml.element("RequestId", requestId) + "</ErrorResponse>");
    }

    private static Stacks.Wish wish(Form form) throws StackException {
        return new Stacks.Wish(
                form.required("StackName"),
                form.isTrue("UsePreviousTemplate") ? Optional.empty() : form.text("TemplateBody"),
                form.map("Parameters", "ParameterKey", "ParameterValue"),
                form.kept("Parameters"),
                form.list("Capabilities"));
    }

    private static String id(Stack stack) {
        return Xml.element("StackId", stack.id());
    }

    private Stack find(Stacks.Asker asker, Form form, String action) throws StackException {
        return stacks.find(asker, form.required("StackName"), action);
    }

    private String delete(Stacks.Asker asker, Form form) throws StackException {
        stacks.delete(asker, form.required("StackName"));
        return "";
    }

    private String describe(Stacks.Asker asker, Form form) throws StackException {
        return Answers.stacks(
                form.text("StackName").isPresent() ? List.of(find(asker, form, "DescribeStacks")) : stacks.list(asker));
    }

    private String summary(Stacks.Asker asker, Form form) throws StackException {
        String text = form.text("TemplateBody").isPresent()
                ? form.required("TemplateBody")
                : find(asker, form, "GetTemplateSummary").template();
        return Answers.template(stacks.validate(asker, text));
    }

    private String createChangeSet(Stacks.Asker asker, Form form) throws StackException {
        boolean isCreation = form.text("ChangeSetType").orElse("UPDATE").equals("CREATE");
        ChangeSet made = stacks.createChangeSet(asker, wish(form), form.required("ChangeSetName"), isCreation);
        return Xml.element("Id", made.id()) + Xml.element("StackId", made.stackId());
    }

    private ChangeSet changeSet(Stacks.Asker asker, Form form) throws StackException {
        return stacks.changeSet(asker, form.text("StackName"), form.required("ChangeSetName"));
    }

    private String describeChangeSet(Stacks.Asker asker, Form form) throws StackException {
        ChangeSet found = changeSet(asker, form);
        return Answers.changeSet(found, found.stackId().split("/", -1)[1]);
    }
}
