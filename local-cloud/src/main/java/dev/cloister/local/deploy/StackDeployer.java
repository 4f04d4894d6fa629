package dev.cloister.local.deploy;

import dev.cloister.local.account.TemporaryCredentials;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.TrustManager;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Makes a stack, or brings it up to date, and says what it came to. */
public final class StackDeployer implements AutoCloseable {
    private final QueryClient client;

    /**
     * As one account.
     *
     * @param trusted of the endpoint's certificate
     */
    public StackDeployer(URI endpoint, String region, TemporaryCredentials credentials, TrustManager[] trusted)
            throws IOException {
        this.client = new QueryClient(endpoint, region, credentials, trusted);
    }

    /**
     * What came of it.
     *
     * @param isChanged false where the stack was what the template says already
     */
    public record Result(String stackName, String status, boolean isChanged, Map<String, String> outputs) {
        public Result {
            outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        }
    }

    /** Deploys; parameters that are not given keep the values they had. */
    public Result deploy(String stackName, String template, Map<String, String> parameters)
            throws IOException, DeployException {
        boolean exists = exists(stackName);
        Map<String, String> request = new LinkedHashMap<>();
        request.put("StackName", stackName);
        request.put("TemplateBody", template);
        request.put("Capabilities.member.1", "CAPABILITY_NAMED_IAM");
        Map<String, String> values = exists ? new TreeMap<>(known(stackName, template)) : new TreeMap<>();
        values.putAll(parameters);
        int number = 1;
        for (Map.Entry<String, String> value : values.entrySet()) {
            request.put("Parameters.member." + number + ".ParameterKey", value.getKey());
            request.put("Parameters.member." + number + ".ParameterValue", value.getValue());
            number++;
        }
        boolean isChanged = true;
        try {
            client.call(exists ? "UpdateStack" : "CreateStack", request);
        } catch (DeployException e) {
            if (!String.valueOf(e.getMessage()).endsWith("No updates are to be performed.")) {
                throw e;
            }
            isChanged = false;
        }
        Document stack = describe(stackName);
        String status = QueryClient.text(stack, "StackStatus");
        if (!status.equals("CREATE_COMPLETE") && !status.equals("UPDATE_COMPLETE")) {
            throw new DeployException(
                    "stack " + stackName + " is " + status + ": " + QueryClient.text(stack, "StackStatusReason"));
        }
        return new Result(stackName, status, isChanged, pairs(stack, "Outputs", "OutputKey", "OutputValue"));
    }

    /** The parameters that the stack has now and the template takes. */
    private Map<String, String> known(String stackName, String template) throws IOException, DeployException {
        Document declared = client.call("ValidateTemplate", Map.of("TemplateBody", template));
        Map<String, String> values = pairs(describe(stackName), "Parameters", "ParameterKey", "ParameterValue");
        values.keySet()
                .retainAll(
                        pairs(declared, "Parameters", "ParameterKey", "NoEcho").keySet());
        return values;
    }

    /** Deletes a stack; what its template says to retain stays. */
    public void delete(String stackName) throws IOException, DeployException {
        String id = QueryClient.text(describe(stackName), "StackId");
        client.call("DeleteStack", Map.of("StackName", stackName));
        Document stack = describe(id);
        if (!QueryClient.text(stack, "StackStatus").equals("DELETE_COMPLETE")) {
            throw new DeployException("stack " + stackName + " is " + QueryClient.text(stack, "StackStatus") + ": "
                    + QueryClient.text(stack, "StackStatusReason"));
        }
    }

    private boolean exists(String stackName) throws IOException, DeployException {
        try {
            describe(stackName);
            return true;
        } catch (DeployException e) {
            if (String.valueOf(e.getMessage()).endsWith("does not exist")) {
                return false;
            }
            throw e;
        }
    }

    private Document describe(String stackName) throws IOException, DeployException {
        return client.call("DescribeStacks", Map.of("StackName", stackName));
    }

    private static Map<String, String> pairs(Document document, String list, String key, String value) {
        Map<String, String> pairs = new LinkedHashMap<>();
        NodeList lists = document.getElementsByTagName(list);
        if (lists.item(0) instanceof Element element) {
            NodeList keys = element.getElementsByTagName(key);
            for (int i = 0; i < keys.getLength(); i++) {
                Element member = (Element) keys.item(i).getParentNode();
                pairs.put(
                        keys.item(i).getTextContent(),
                        member.getElementsByTagName(value).item(0).getTextContent());
            }
        }
        return pairs;
    }

    @Override
    public void close() {
        client.close();
    }
}
