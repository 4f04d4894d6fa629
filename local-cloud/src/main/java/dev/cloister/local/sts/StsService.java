package dev.cloister.local.sts;

import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.cloudformation.Form;
import dev.cloister.local.cloudformation.StackException;
import dev.cloister.local.http.Answer;
import dev.cloister.local.http.Service;
import dev.cloister.local.iam.AssumeRefusedException;
import dev.cloister.local.iam.Roles;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.VerifiedRequest;
import dev.cloister.local.xml.Xml;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * {@code GetCallerIdentity}, which needs no permission, and {@code AssumeRole}, for roles that a stack made, over the
 * query protocol.
 */
public final class StsService implements Service {
    private static final String CONTENT_TYPE = "text/xml";
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static final int DEFAULT_SECONDS = 3600;
    private static final int MIN_SECONDS = 900;
    private static final int MAX_SECONDS = 43_200;

    private final SigV4Verifier verifier;
    private final Sessions sessions;
    private final Roles roles;
    private final InstantSource clock;

    public StsService(SigV4Verifier verifier, Sessions sessions, Roles roles, InstantSource clock) {
        this.verifier = verifier;
        this.sessions = sessions;
        this.roles = roles;
        this.clock = clock;
    }

    @Override
    public Answer answer(ReceivedRequest request, String requestId) {
        try {
            VerifiedRequest verified = verifier.verify(request, "sts");
            Form form = Form.parse(new String(request.body(), StandardCharsets.UTF_8));
            return switch (form.required("Action")) {
                case "GetCallerIdentity" -> identity(verified, requestId);
                case "AssumeRole" -> assume(verified, form, requestId);
                default ->
                    error(
                            400,
                            "InvalidAction",
                            "the local cloud knows GetCallerIdentity and AssumeRole only",
                            requestId);
            };
        } catch (SignatureRefusedException e) {
            String code = e.code().awsName().replace("Exception", "");
            return error(403, code, String.valueOf(e.getMessage()), requestId);
        } catch (StackException e) {
            return error(400, e.code(), String.valueOf(e.getMessage()), requestId);
        } catch (AssumeRefusedException e) {
            return error(403, "AccessDenied", String.valueOf(e.getMessage()), requestId);
        }
    }

    private static Answer identity(VerifiedRequest verified, String requestId) {
        Caller caller = verified.caller();
        // A role's unique id begins with AROA; a user id is that and the session's name.
        String userId = "AROA" + verified.accessKeyId().substring(4) + ":" + caller.session();
        String result = Xml.element("Arn", caller.sessionArn())
                + Xml.element("UserId", userId)
                + Xml.element("Account", caller.account());
        return result("GetCallerIdentity", result, requestId);
    }

    private Answer assume(VerifiedRequest verified, Form form, String requestId)
            throws StackException, AssumeRefusedException {
        form.requireKnown(Set.of("RoleArn", "RoleSessionName", "DurationSeconds"));
        Caller who = verified.caller();
        Attributes attributes = Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_ARN, who.roleArn())
                .put(ConditionKeys.PRINCIPAL_ACCOUNT, who.account())
                .put(ConditionKeys.PRINCIPAL_TYPE, who.principalType())
                .put(ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, "false")
                .put(ConditionKeys.SECURE_TRANSPORT, "true")
                .put(ConditionKeys.REQUESTED_REGION, verified.region())
                .build();
        String arn = form.required("RoleArn");
        String name = form.required("RoleSessionName");
        String seconds = form.text("DurationSeconds").orElse(Integer.toString(DEFAULT_SECONDS));
        boolean isLegal = arn.matches("arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+")
                && name.matches("[A-Za-z0-9_+=,.@-]{2,64}")
                && seconds.matches("[0-9]{1,5}")
                && Integer.parseInt(seconds) >= MIN_SECONDS
                && Integer.parseInt(seconds) <= MAX_SECONDS;
        if (!isLegal) {
            return error(400, "ValidationError", "RoleArn, RoleSessionName or DurationSeconds is malformed", requestId);
        }
        Session session = roles.assume(
                sessions, who, attributes, arn, name, clock.instant(), Duration.ofSeconds(Integer.parseInt(seconds)));
        TemporaryCredentials issued = session.credentials();
        String result = "<Credentials>" + Xml.element("AccessKeyId", issued.accessKeyId())
                + Xml.element("SecretAccessKey", issued.secretAccessKey())
                + Xml.element("SessionToken", issued.sessionToken())
                + Xml.element("Expiration", issued.expiration().toString())
                + "</Credentials><AssumedRoleUser>"
                + Xml.element("Arn", session.caller().sessionArn())
                + Xml.element("AssumedRoleId", "AROA" + issued.accessKeyId().substring(4) + ":" + name)
                + "</AssumedRoleUser>";
        return result("AssumeRole", result, requestId);
    }

    private static Answer result(String action, String result, String requestId) {
        String body = "<" + action + "Response xmlns=\"" + NAMESPACE + "\"><" + action + "Result>" + result + "</"
                + action + "Result><ResponseMetadata>" + Xml.element("RequestId", requestId)
                + "</ResponseMetadata></" + action + "Response>";
        return new Answer(200, CONTENT_TYPE, body);
    }

    private static Answer error(int status, String code, String message, String requestId) {
        String body = "<ErrorResponse xmlns=\"" + NAMESPACE + "\"><Error>" + Xml.element("Type", "Sender")
                + Xml.element("Code", code) + Xml.element("Message", message) + "</Error>"
                + Xml.element("RequestId", requestId) + "</ErrorResponse>";
        return new Answer(status, CONTENT_TYPE, body);
    }
}
