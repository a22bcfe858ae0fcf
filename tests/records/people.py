"""Records as people have them: one row a kind, with what reads and what refuses it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from attrs import frozen

RECORD: dict[str, Any] = {
    "ContactId": "C1",
    "InitialContactId": None,
    "PreviousContactId": None,
    "RelatedContactId": None,
    "Channel": "CHAT",
    "InitiationMethod": "API",
    "InitiationTimestamp": "2026-05-03T09:00:00Z",
    "DisconnectTimestamp": "2026-05-03T09:12:30Z",
}
NEXT = RECORD | {"ContactId": "C2", "InitialContactId": "C1", "PreviousContactId": "C1", "InitiationMethod": "TRANSFER"}
BOTH = [RECORD, NEXT]
EVENT = {
    "version": "0",
    "id": "4f7e7a4b-1b1b-4a0e-8d58-0b3f6c7f5f01",
    "detail-type": "Amazon Connect Contact Event",
    "source": "aws.connect",
    "account": "123456789012",
    "time": "2026-05-03T09:00:00Z",
    "region": "eu-west-2",
    "resources": ["arn:aws:connect:eu-west-2:123456789012:instance/i1/contact/C1"],
    "detail": {"eventType": "INITIATED", "contactId": "C1", "channel": "CHAT"},
}
ARN = "arn:aws:connect:eu-west-2:123456789012:instance/i1"
UUID = "7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a"
NO_UUID = "00000000-0000-0000-0000-000000000000"
SUM = "a line below a table, such as a sum"
FLOW_LOG = {"ContactId": "C1", "ContactFlowId": "f", "ContactFlowName": "main", "ContactFlowModuleType": "PlayPrompt"}


def text(value: object) -> str:
    return json.dumps(value)


def base64_of(value: object) -> str:
    return base64.b64encode(text(value).encode()).decode()


def lines(values: list[Any]) -> bytes:
    return "\n".join(map(text, values)).encode()


def spelt(change: Callable[[str], str], records: list[dict[str, Any]] = BOTH) -> list[dict[str, Any]]:
    return [{change(name): value for name, value in each.items()} for each in records]


def snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).removeprefix("_")


def camel(name: str) -> str:
    return name[0].lower() + name[1:]


def csv(records: list[dict[str, Any]], between: str = ",", end: str = "\n") -> bytes:
    rows = [between.join(records[0]), *(between.join(value or "" for value in each.values()) for each in records)]
    return (end.join(rows) + end).encode()


def typed(record: dict[str, Any]) -> dict[str, Any]:
    return {name: {"NULL": True} if value is None else {"S": value} for name, value in record.items()}


def kinesis(payload: str) -> dict[str, Any]:
    return {"kinesis": {"partitionKey": "p", "data": payload}, "eventSource": "aws:kinesis", "eventVersion": "1.0"}


def logs(*messages: object) -> dict[str, Any]:
    events = [{"id": "e", "timestamp": 1777798800000, "message": text(each)} for each in messages]
    return {"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s", "logEvents": events}


def zipped(value: object) -> str:
    return base64.b64encode(gzip.compress(text(value).encode(), mtime=0)).decode()


def zip_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.json", text(RECORD))
    return file.getvalue()


def of_mongo(record: dict[str, Any], time: Callable[[str], object]) -> dict[str, Any]:
    """A document as `mongoexport` writes it; there are three ways to write its times."""
    times = {name: {"$date": time(value)} for name, value in record.items() if value and name.endswith("Timestamp")}
    return {"_id": {"$oid": "65f1f77bcf86cd799439011a"}, **record, **times}


def of_firestore(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"mapValue": {"fields": {name: of_firestore(each) for name, each in value.items()}}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [of_firestore(each) for each in value]} if value else {}}
    kind = "nullValue" if value is None else "timestampValue" if str(value).endswith("Z") else "stringValue"
    return {kind: value}


def of_avro(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None else {"string": value} for name, value in record.items()}


def entry(detail: object) -> dict[str, Any]:
    return {"Source": "s", "DetailType": EVENT["detail-type"], "Time": EVENT["time"], "Detail": text(detail)}


def rows_of_athena(records: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [list(records[0]), *(list(each.values()) for each in records)]
    cells = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
    named = [{"Name": name, "Type": "varchar"} for name in records[0]]
    return {"UpdateCount": 0, "ResultSet": {"Rows": cells, "ResultSetMetadata": {"ColumnInfo": named}}}


def later_page_of_athena(record: dict[str, Any]) -> dict[str, Any]:
    """A page after the first one, which has no row of names."""
    page = rows_of_athena([record])
    del page["ResultSet"]["Rows"][0]
    return page


@frozen
class Case:
    """What people have: its bytes, the ids that are read of it, or a part of the refusal; and the strays told."""

    name: str
    content: bytes
    ids: tuple[str, ...] = ()
    refusal: str = ""
    strays: tuple[str, ...] = ()


def good(name: str, content: bytes | object, *ids: str, strays: tuple[str, ...] = ()) -> Case:
    return Case(name, content if isinstance(content, bytes) else text(content).encode(), ids, "", strays)


def bad(name: str, content: bytes | object, refusal: str) -> Case:
    return Case(name, content if isinstance(content, bytes) else text(content).encode(), (), refusal)


def described(record: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in record.items() if value is not None and name != "ContactId"}
    return {"Id": record["ContactId"], "Arn": f"arn:aws:connect:r:1:instance/i/contact/{record['ContactId']}", **kept}


SPELLINGS = [
    good("lower case", lines(spelt(str.lower)), "C1", "C2"),
    good("upper case", lines(spelt(str.upper)), "C1", "C2"),
    good("upper snake case", lines(spelt(lambda name: snake(name).upper())), "C1", "C2"),
    good("camel case", lines(spelt(camel)), "C1", "C2"),
    good("snake case", lines(spelt(snake)), "C1", "C2"),
    good("csv in snake case", csv(spelt(snake)), "C1", "C2"),
    good("csv in lower case", csv(spelt(str.lower)), "C1", "C2"),
    good("csv in upper case", csv(spelt(lambda name: snake(name).upper())), "C1", "C2"),
    good("csv in Pascal case", csv(BOTH), "C1", "C2"),
    good("csv with semicolons", csv(spelt(snake), ";"), "C1", "C2"),
    good("csv with tabs", csv(spelt(snake), "\t"), "C1", "C2"),
    good("csv with CR", csv(spelt(snake), end="\r"), "C1", "C2"),
    good("csv with CR LF", csv(spelt(snake), end="\r\n"), "C1", "C2"),
    good("csv in UTF-16", csv(spelt(snake)).decode().encode("utf-16"), "C1", "C2"),
    good("csv of a workbook that says sep", b"\xef\xbb\xbfsep=;\r\n" + csv(spelt(snake), ";", "\r\n"), "C1", "C2"),
    good("csv of Hive", csv(spelt(lambda name: f"contact_record.{snake(name)}")), "C1", "C2"),
    good("joined csv with marks", (b"\xef\xbb\xbf" + csv(spelt(snake))) * 2, "C1", "C2", "C1", "C2"),
    good("csv drawn by psql", b" contact_id | channel \n------------+---------\n C1         | CHAT\n(1 row)\n", "C1"),
    good(
        "csv with blanks around times",
        b"contact_id,initiation_timestamp\nC1, 2026-05-03 09:00:00\nC2,2026-05-03 09:00:00 \n",
        "C1",
        "C2",
    ),
    good("blanks around a time", lines([RECORD | {"InitiationTimestamp": " 2026-05-03T09:00:00Z\t"}]), "C1"),
    good("csv with blanks at its ends", b"contact_id,initiation_timestamp \nC1,2026-05-03T09:00:00Z \n", "C1"),
    good("csv of Snowflake, escaped twice", b"contact_id,previous_contact_id\nC1,\\\\N\n", "C1"),
    good("csv with empty columns and rows", b"contact_id,channel,,\nC1,CHAT,,\n,,,\n", "C1"),
    good("a zone apart", csv([{"contact_id": "C1", "initiation_timestamp": "2026-05-03 09:00:00.000 +0000"}]), "C1"),
    good("joined csv", csv(spelt(snake)) * 2, "C1", "C2", "C1", "C2"),
    good("csv with a mark", b"\xef\xbb\xbf" + csv(spelt(snake)), "C1", "C2"),
    good("empty ids", [RECORD | {"InitialContactId": "", "PreviousContactId": "", "RelatedContactId": ""}], "C1"),
    good("Chat", [RECORD | {"Channel": "Chat "}], "C1"),
    good("Id without Arn", [{"Id": "C1", "InitialContactId": "C1", "Channel": "CHAT"}], "C1"),
    good("csv whose ids are called Id", csv(spelt(lambda name: "Id" if name == "ContactId" else name)), "C1", "C2"),
    good("text in UTF-16", text(BOTH).encode("utf-16"), "C1", "C2"),
    good("gzip of UTF-16", gzip.compress(text(BOTH).encode("utf-16")), "C1", "C2"),
    good("doubled where nobody looks", b'{"ContactId":"C1","Agent":{"a":1,"a":2}}', "C1"),
    good("nothing between", "".join(map(text, BOTH)).encode(), "C1", "C2"),
    good("marks between lines", b"\n\xef\xbb\xbf".join(text(each).encode() for each in BOTH), "C1", "C2"),
    good("a text sequence", "".join(f"\x1e{text(each)}\n" for each in BOTH).encode(), "C1", "C2"),
    good("csv in UTF-16 without a mark", b"instance_id,contact_id\ni,C1\n".decode().encode("utf-16-le"), "C1"),
    good("csv with lines of blanks", b"contact_id,channel\nC1,CHAT\n  ,\n", "C1"),
    good("csv drawn by sqlcmd", b"contact_id,channel\n----------,-------\nC1,CHAT\n\n(1 rows affected)\n", "C1"),
    good("a column drawn by psql", b" contact_id \n------------\n C1\n C2\n(2 Zeilen)\n\n", "C1", "C2"),
    good(
        "joined tables that say how long they are",
        b"contact_id\nC1\nC2\n(2 rows)\ncontact_id\nC3\n(1 row)\n",
        "C1",
        "C2",
        "C3",
    ),
    *(
        good(f"csv with {each!r} below", f"contact_id,channel\nC1,CHAT\n{each}\n".encode(), "C1", strays=(SUM,))
        for each in (
            "Total: 1,",
            "TOTAL,1",
            "1 rows",
            "1 row(s) returned",
            ",Grand total: 1",
            "Fetched 1 row(s)",
            "Fin,",
            "Konec,7",
            "合計,NULL",
            "EOF",
        )
    ),
    *(
        good(f"{each!r} for no id", [RECORD | {"PreviousContactId": each}], "C1")
        for each in ("null", " ", "N/A", NO_UUID)
    ),
    good("blanks around ids", [RECORD, NEXT | {"ContactId": "C2  ", "PreviousContactId": "\ufeffC1"}], "C1", "C2"),
    good("an id of several words", [RECORD | {"ContactId": "the new chat"}], "the new chat"),
    good("ARNs for ids", [RECORD | {"ContactId": f"{ARN}/contact/C1"}], "C1"),
    good("an id in capitals", [RECORD | {"ContactId": UUID.upper()}], UUID),
]
(snake_record, _) = spelt(snake)
ENVELOPES = [
    good("DescribeContact", {"Contact": described(NEXT)}, "C2"),
    good("SearchContacts", {"Contacts": [described(each) for each in BOTH], "TotalCount": 2}, "C1", "C2"),
    good(
        "ListAssociatedContacts",
        {"ContactSummaryList": [each | {"ContactArn": "arn:aws:connect:r:1:instance/i/contact/x"} for each in BOTH]},
        "C1",
        "C2",
    ),
    good("Kinesis in Lambda", {"Records": [kinesis(base64_of(each)) for each in BOTH]}, "C1", "C2"),
    good(
        "get-records",
        {
            "Records": [{"SequenceNumber": "1", "Data": base64_of(each), "PartitionKey": "p"} for each in BOTH],
            "NextShardIterator": "n",
            "MillisBehindLatest": 0,
        },
        "C1",
        "C2",
    ),
    good(
        "Firehose in Lambda",
        {"invocationId": "i", "deliveryStreamArn": "a", "records": [{"recordId": "1", "data": base64_of(RECORD)}]},
        "C1",
    ),
    good("Firehose over HTTP", {"requestId": "r", "timestamp": 1, "records": [{"data": base64_of(RECORD)}]}, "C1"),
    good("SQS in Lambda", {"Records": [{"messageId": "m", "body": text(EVENT), "eventSource": "aws:sqs"}]}, "C1"),
    good("receive-message", {"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": text(RECORD)}]}, "C1"),
    good(
        "SNS in Lambda",
        {"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": text(EVENT)}}]},
        "C1",
    ),
    good(
        "SNS in SQS in Lambda",
        {
            "Records": [
                {
                    "messageId": "m",
                    "body": text({"Type": "Notification", "TopicArn": "t", "Message": text(EVENT)}),
                }
            ]
        },
        "C1",
    ),
    good("CloudWatch Logs in Lambda", {"awslogs": {"data": zipped(logs(EVENT))}}, "C1"),
    good("CloudWatch Logs in Kinesis", {"Records": [kinesis(zipped(logs(RECORD, NEXT)))]}, "C1", "C2"),
    good(
        "get-log-events",
        {
            "events": [
                {"timestamp": 1, "message": text(EVENT), "ingestionTime": 2},
                {"timestamp": 1, "message": "START RequestId: 8f", "ingestionTime": 2},
                {"timestamp": 1, "message": "[INFO] begun", "ingestionTime": 2},
            ],
            "nextForwardToken": "f",
            "nextBackwardToken": "b",
        },
        "C1",
        strays=("a line of a log",),
    ),
    good(
        "CloudWatch Logs exported to S3",
        "".join(f"2026-05-03T09:00:00.000Z {each}\n" for each in (text(RECORD), "END", text(NEXT))).encode(),
        "C1",
        "C2",
        strays=("a line of a log",),
    ),
    good(
        "aws logs tail",
        b"2026-05-03T09:00:00.000000+00:00 2026/05/03/[$LATEST]8f {\n"
        + text(RECORD)[1:].encode()
        + b"\r\n2026-05-03T09:00:01+00:00 s REPORT\n",
        "C1",
        strays=("a line of a log",),
    ),
    good(
        "Logs Insights as csv",
        b'@timestamp,@message\n2026-05-03 09:00:00.000,"' + text(RECORD).replace('"', '""').encode() + b'"\n',
        "C1",
    ),
    good(
        "an invocation of Lambda that failed",
        {"requestContext": {}, "requestPayload": {"Records": [kinesis(base64_of(RECORD))]}, "responsePayload": {}},
        "C1",
    ),
    good("EventBridge lines", lines([EVENT, EVENT]), "C1", "C1"),
    good("DynamoDB scan", {"Items": [typed(each) for each in BOTH], "Count": 2, "ScannedCount": 2}, "C1", "C2"),
    good("DynamoDB export", lines([{"Item": typed(each)} for each in BOTH]), "C1", "C2"),
    good("DynamoDB items", lines([typed(each) for each in BOTH]), "C1", "C2"),
    good(
        "DynamoDB stream",
        {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": typed(RECORD)}, "eventSource": "aws:dynamodb"}]},
        "C1",
    ),
    good(
        "DynamoDB incremental export",
        lines(
            [
                {"Metadata": {}, "Keys": {}, "OldImage": typed(RECORD), "NewImage": typed(NEXT)},
                {"Metadata": {}, "Keys": {}, "OldImage": typed(RECORD)},
            ]
        ),
        "C2",
        strays=("a deletion in DynamoDB, or a change without its new item",),
    ),
    good("Athena's answer", rows_of_athena(spelt(snake)), "C1", "C2"),
    good("Logs Insights", {"results": [[{"field": "@message", "value": text(RECORD)}]], "status": "Complete"}, "C1"),
    good(
        "columns of Logs Insights",
        {
            "results": [
                [{"field": name, "value": value} for name, value in FLOW_LOG.items()],
                [{"field": "ContactId", "value": "C2"}, {"field": "@ptr", "value": "p"}],
            ],
            "status": "Complete",
        },
        "C2",
        strays=("a flow log",),
    ),
    *(
        good(f"a page of {name}", {name: BOTH, "total": 2, "nextToken": "eyJuIjoyfQ=="}, "C1", "C2")
        for name in ("data", "contacts", "items", "results", "value", "contactRecords", "events", "body")
    ),
    good(
        "pages of which one is empty",
        lines([{"data": [RECORD]}, {"data": [], "next": None}, {"data": [NEXT]}]),
        "C1",
        "C2",
    ),
    good(
        "objects around objects",
        {"status": {"code": 200}, "data": {"contacts": BOTH}, "meta": {"page": {"n": 1}}},
        "C1",
        "C2",
    ),
    good("two lists", {"contacts": [RECORD], "archived": [NEXT]}, "C1", "C2"),
    good("two lists of which AWS has one", {"Records": [RECORD], "more": [NEXT]}, "C1", "C2"),
    good("records by id", {"C1": RECORD, "C2": NEXT}, "C1", "C2"),
    good("hits of a search", {"hits": {"total": {"value": 1}, "hits": [{"_id": "1", "_source": RECORD}]}}, "C1"),
    good(
        "edges of GraphQL", {"data": {"contacts": {"edges": [{"cursor": "a", "node": RECORD}], "pageInfo": {}}}}, "C1"
    ),
    good("an answer of API Gateway", {"statusCode": 200, "headers": {}, "body": text(BOTH)}, "C1", "C2"),
    good("a log of Docker", {"log": text(RECORD), "stream": "stdout", "time": "2026-05-03T09:00:00Z"}, "C1"),
    good("JSON:API", {"data": [{"type": "contact", "id": "1", "attributes": RECORD}]}, "C1"),
    good("a wrapper with flow logs", {"data": [RECORD, FLOW_LOG]}, "C1", strays=("a flow log",)),
    good("JSON in a column of csv", b"record\n" + b'"' + text(RECORD).replace('"', '""').encode() + b'"\n', "C1"),
    good(
        "JSON beside an id in csv", b'contact_id,record\nC1,"' + text(RECORD).replace('"', '""').encode() + b'"\n', "C1"
    ),
    good(
        "a buffer of Node",
        {"Records": [{"Data": {"type": "Buffer", "data": [*text(RECORD).encode()]}, "PartitionKey": "p"}]},
        "C1",
    ),
    good("pandas by columns", {name: {"0": RECORD[name], "1": NEXT[name]} for name in RECORD}, "C1", "C2"),
    good("lists by columns", {name: [RECORD[name], NEXT[name]] for name in RECORD}, "C1", "C2"),
    good("pandas split", {"columns": [*RECORD], "index": [0], "data": [[*RECORD.values()]]}, "C1"),
    good("pandas table", {"schema": {"fields": [{"name": "index"}]}, "data": [{"index": 0, **RECORD}]}, "C1"),
    good(
        "BigQuery",
        {
            "schema": {"fields": [{"name": name} for name in snake_record]},
            "rows": [{"f": [{"v": each} for each in snake_record.values()]}],
        },
        "C1",
    ),
    good(
        "Snowflake",
        {
            "resultSetMetaData": {"rowType": [{"name": name} for name in snake_record]},
            "data": [[*snake_record.values()]],
        },
        "C1",
    ),
    good(
        "the Data API",
        {
            "ColumnMetadata": [{"name": name} for name in snake_record],
            "Records": [
                [{"isNull": True} if each is None else {"stringValue": each} for each in snake_record.values()]
            ],
        },
        "C1",
    ),
    good("CloudEvents", {"specversion": "1.0", "type": "t", "data": RECORD}, "C1"),
    *(
        good(f"MongoDB, {name}", lines([of_mongo(each, time) for each in BOTH]), "C1", "C2")
        for name, time in (
            ("relaxed", str),
            ("canonical", lambda _time: {"$numberLong": "1777798800000"}),
            ("of old", lambda _time: 1777798800000),
        )
    ),
    good("Firestore", {"documents": [{"name": "n", **of_firestore(each)["mapValue"]} for each in BOTH]}, "C1", "C2"),
    good("Firestore with lists", of_firestore(RECORD | {"Tags": [], "Recordings": [{"Status": "x"}]}), "C1"),
    good("Avro", lines([of_avro(each) for each in BOTH]), "C1", "C2"),
    good("Avro with numbers", of_avro(RECORD) | {"InitiationTimestamp": {"long": 1777798800000}}, "C1"),
    good("PutEvents", {"Entries": [entry(EVENT["detail"]), entry(EVENT["detail"])]}, "C1", "C1"),
    good("events in csv", b'detail-type;detail\n"Amazon Connect Contact Event";"{""contactId"":""C1""}"\n', "C1"),
    good("Kafka Connect", {"schema": {"fields": [{"field": "ContactId"}]}, "payload": RECORD}, "C1"),
    good("Debezium", {"payload": {"before": RECORD, "after": NEXT, "op": "u"}, "schema": {"fields": [{"a": 1}]}}, "C2"),
    good("Debezium of MongoDB", {"before": None, "after": text(RECORD), "op": "c"}, "C1"),
    good("GoldenGate", {"table": "t", "op_type": "I", "after": RECORD}, "C1"),
    good("a change stream", {"operationType": "insert", "documentKey": {}, "fullDocument": RECORD}, "C1"),
    good(
        "Canal", {"database": "d", "table": "t", "type": "UPDATE", "data": BOTH, "old": [{"Channel": "x"}]}, "C1", "C2"
    ),
    good(
        "DMS",
        lines(
            [
                {"metadata": {"record-type": "control", "operation": "create-table"}},
                *(
                    {"data": each, "metadata": {"operation": done}}
                    for each, done in zip(BOTH, ("load", "delete"), strict=True)
                ),
            ]
        ),
        "C1",
        strays=("a deletion in DMS, or a change without its new item",),
    ),
    good("a page with metadata", {"data": BOTH, "metadata": {"page": 1}}, "C1", "C2"),
    good(
        "a copied table",
        b"Op,contact_id,channel,previous_contact_id\nI,C1,CHAT,\nD,C2,CHAT,C1\n",
        "C1",
        strays=("a row that is deleted",),
    ),
    good(
        "a bulk request",
        lines([{"index": {"_id": "1"}}, RECORD, {"update": {"_id": "2"}}, {"doc": NEXT}, {"delete": {"_id": "3"}}]),
        "C1",
        "C2",
        strays=("an action of a bulk request",),
    ),
    good("results of Splunk", {"preview": False, "fields": [{"name": "a"}], "results": [{"_raw": text(RECORD)}]}, "C1"),
    good("changes of CouchDB", {"seq": 1, "id": "x", "changes": [{"rev": "1"}], "doc": {"_id": "x", **RECORD}}, "C1"),
    good(
        "Loki",
        {"data": {"result": [{"stream": {"app": "a"}, "values": [["1", text(RECORD)], ["2", "begun"]]}]}},
        "C1",
        strays=("a line of a log",),
    ),
    good(
        "Grafana",
        {
            "frames": [
                {"schema": {"fields": [{"name": "Time"}, {"name": "Line"}]}, "data": {"values": [[1], [text(RECORD)]]}}
            ]
        },
        "C1",
    ),
    good(
        "Timestream",
        {
            "ColumnInfo": [{"Name": name, "Type": {"ScalarType": "VARCHAR"}} for name in snake_record],
            "Rows": [
                {"Data": [{"NullValue": True} if each is None else {"ScalarValue": each} for each in row.values()]}
                for row in spelt(snake)
            ],
        },
        "C1",
        "C2",
    ),
    good("OpenSearch PPL", {"schema": [{"name": name} for name in RECORD], "datarows": [[*RECORD.values()]]}, "C1"),
    good("ClickHouse", {"meta": [{"name": "ContactId"}], "data": [RECORD], "rows": 1}, "C1"),
    good(
        "compact ClickHouse",
        {"meta": [{"name": each} for each in RECORD], "data": [[*RECORD.values()]], "rows": 1},
        "C1",
    ),
    good("compact lines of ClickHouse", lines([[*RECORD], ["String"] * len(RECORD), [*RECORD.values()]]), "C1"),
    good("csv of ClickHouse with types", b"contact_id,channel\nString,Nullable(String)\nC1,CHAT\n", "C1"),
    good("lists in a list", [[*RECORD], *([*each.values()] for each in BOTH)], "C1", "C2"),
    good("lists, some shorter", [["contact_id", "channel"], ["C1"], ["C2", "CHAT"]], "C1", "C2"),
    good(
        "Google Sheets",
        {"range": "A1:H3", "majorDimension": "ROWS", "values": [[*RECORD], *([*each.values()] for each in BOTH)]},
        "C1",
        "C2",
    ),
    good(
        "Google Sheets, several", {"valueRanges": [{"range": "A", "values": [["contact_id", "channel"], ["C1"]]}]}, "C1"
    ),
    good(
        "Databricks",
        {
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": [{"name": each, "type_name": "STRING"} for each in RECORD]}},
            "result": {"row_count": 1, "data_array": [[*RECORD.values()]]},
        },
        "C1",
    ),
    good(
        "Neo4j over HTTP",
        {
            "results": [{"columns": ["c.contactId", "c.channel"], "data": [{"row": ["C1", "CHAT"], "meta": []}]}],
            "errors": [],
        },
        "C1",
    ),
    good(
        "Neo4j over HTTP, newer", {"data": {"fields": [*RECORD], "values": [[*RECORD.values()]]}, "bookmarks": []}, "C1"
    ),
    good("Metabase", {"data": {"cols": [{"name": each} for each in RECORD], "rows": [[*RECORD.values()]]}}, "C1"),
    good("Redash", {"data": {"columns": [{"name": each} for each in RECORD], "rows": [RECORD]}}, "C1"),
    good(
        "Kusto",
        {"Tables": [{"Columns": [{"ColumnName": each} for each in RECORD], "Rows": [[*RECORD.values()]]}]},
        "C1",
    ),
    good("a later page of Athena", later_page_of_athena(NEXT), "C2"),
    good("DescribeContact as text", lines([{"text": text({"Contact": described(each)})} for each in BOTH]), "C1", "C2"),
    good("Pub/Sub", {"message": {"data": base64_of(RECORD), "messageId": "1"}, "subscription": "s"}, "C1"),
    good("Event Grid", [{"id": "1", "eventType": "t", "subject": "s", "eventTime": "t", "data": RECORD}], "C1"),
    good("InfluxDB", {"series": [{"columns": [*RECORD], "values": [[*RECORD.values()]]}]}, "C1"),
    good("failed in Firehose", {"attemptsMade": 4, "errorCode": "x", "rawData": base64_of(RECORD)}, "C1"),
]
STRAYS = [
    good(
        "an export of Neo4j",
        lines(
            [
                {"type": "node", "id": "0", "labels": ["Contact"], "properties": RECORD},
                {"type": "relationship", "id": "0", "label": "NEXT", "start": {"id": "0"}, "end": {"id": "1"}},
            ]
        ),
        "C1",
        strays=("a relationship of Neo4j",),
    ),
    good(
        "S3 Select, as boto3 answers",
        {"Payload": [{"Records": {"Payload": base64_of(RECORD)}}, {"Stats": {"Details": {}}}, {"End": {}}]},
        "C1",
        strays=("an event of S3 Select without records",),
    ),
    good("flow logs among records", lines([RECORD, FLOW_LOG]), "C1", strays=("a flow log",)),
    good(
        "other events",
        lines([EVENT, EVENT | {"detail-type": "Contact Lens Post Call Rules Matched", "detail": {}}]),
        "C1",
        strays=("an EventBridge event of type 'Contact Lens Post Call Rules Matched'",),
    ),
    bad("flow logs alone", lines([FLOW_LOG, FLOW_LOG]), "is a flow log, not a record of a contact"),
    bad(
        "contact_statistic_record",
        b"instance_id,contact_id,channel,initiation_method,disconnect_timestamp,handle_time_ms\ni,C1,CHAT,TRANSFER,,5\n",
        "is a row of the table contact_statistic_record",
    ),
    bad(
        "contact_evaluation_record",
        b"instance_id,contact_id,evaluation_id,score\ni,C1,e,5\n",
        "is a row of the table contact_evaluation_record",
    ),
    bad(
        "contact_lens_conversational_analytics",
        lines([{"contact_id": "C1", "channel": "CHAT", "sentiment_overall_score_agent": 1.5}]),
        "is a row of the table contact_lens_conversational_analytics",
    ),
    bad(
        "Contact Lens",
        {"Version": "1", "Channel": "CHAT", "Transcript": [], "CustomerMetadata": {"ContactId": "C1"}},
        "is an analysis of Contact Lens",
    ),
    bad(
        "the end of a real-time analysis",
        {"Version": "1.0.0", "Channel": "CHAT", "AccountId": "1", "ContactId": "C1", "EventType": "COMPLETED"},
        "is a real-time analysis of Contact Lens",
    ),
    bad(
        "an evaluation in S3",
        {"evaluationId": "e", "metadata": {"contactId": "C1"}, "sections": [], "questions": []},
        "is an evaluation of a contact",
    ),
    bad(
        "DescribeContactEvaluation",
        {"Evaluation": {"Metadata": {"ContactId": "C1"}}, "EvaluationForm": {}},
        "is an evaluation of a contact",
    ),
    bad(
        "GetTranscript",
        {"InitialContactId": "C1", "Transcript": [{"Id": "i", "Content": "hi"}], "NextToken": "t"},
        "is an answer of GetTranscript",
    ),
    bad(
        "message streaming",
        {"ContactId": "C1", "InitialContactId": "C1", "ContentType": "text/plain", "ParticipantRole": "CUSTOMER"},
        "is a message of a chat",
    ),
    bad(
        "agent events", {"AgentARN": "a", "EventId": "e", "EventType": "LOGIN", "EventTimestamp": "t"}, "an agent event"
    ),
    bad(
        "CloudTrail",
        {"Records": [{"eventName": "StartChatContact", "responseElements": {"contactId": "C1"}}]},
        "$.Records[0]: is a log of CloudTrail",
    ),
    bad(
        "StartChatContact",
        {"ContactId": "C1", "ParticipantId": "p", "ParticipantToken": "t"},
        "is an answer of StartChatContact",
    ),
    bad(
        "a queue",
        {"Id": "q", "Arn": "arn:aws:connect:r:1:instance/i/queue/q", "Name": "q"},
        "the ARN of something else",
    ),
    bad(
        "other rows in a list",
        {"contacts": [{"contact_id": "C1", "handle_time_ms": 5}]},
        "$.contacts[0]: is a row of the",
    ),
    bad(
        "another row in an object", {"Contact": {"contact_id": "C1", "handle_time_ms": 5}}, "$.Contact: is a row of the"
    ),
    bad("others beside contacts", {"contacts": BOTH, "users": [{"id": 1}]}, "$.users[0]: is in no known encoding"),
    bad(
        "nodes that are none",
        {"contacts": [{"node": {"contactId": "C1", "mood": 5}}]},
        "$.contacts[0].node: may be no contact",
    ),
    bad("numbers among records", {"data": [RECORD, 5]}, "$.data[1]: is 5"),
    bad("something with an id and a channel", {"id": "t1", "channel": "sms", "text": "hi"}, "is in no known encoding"),
    bad(
        "something with an id that began",
        {"id": "t1", "initiationTimestamp": 5, "mood": 1},
        "may be no contact: it has 'mood'",
    ),
    bad(
        "a schema",
        {"type": "object", "properties": {"ContactId": {"type": "string"}}},
        "is in no known encoding",
    ),
    bad("a table of one's own", b"contact_id,satisfaction\nC1,5\n", "may be no contact: it has 'satisfaction'"),
]
BROKEN = [
    bad("zip", zip_archive(), "is a zip archive"),
    bad("zlib", zlib.compress(text(RECORD).encode()), "is zlib"),
    bad("encrypted Parquet", b"PAREx", "is encrypted Parquet"),
    bad(
        "a deletion in DynamoDB",
        {"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": {}}, "eventSource": "aws:dynamodb"}]},
        "is a deletion in DynamoDB",
    ),
    bad("gzip of gzip", gzip.compress(gzip.compress(b"{}")), "is gzip of gzip"),
    bad("bzip2", b"BZh91AY&SY", "is bzip2"),
    bad("text in UTF-32", text(BOTH).encode("utf-32"), "is text in UTF-32"),
    bad("damaged gzip", gzip.compress(text(RECORD).encode())[:-9] + b"123456789", "is damaged gzip"),
    bad("truncated gzip", gzip.compress(text(RECORD).encode())[:-9], "is gzip that ends too early"),
    bad("deep nesting", b'{"ContactId":"C1","Tags":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply"),
    bad("a year beyond", [RECORD | {"InitiationTimestamp": "12026-05-03T09:00:00Z"}], "is '12026-05-03T09:00:00Z'"),
    bad("a year before", [RECORD | {"InitiationTimestamp": "0000-05-03T09:00:00Z"}], "is '0000-05-03T09:00:00Z'"),
    bad("a doubled member", b'{"ContactId":"C1","ContactId":"C2"}', "names the member 'ContactId' twice"),
    bad("a doubled member deep within", b'{"Items":[{"ContactId":{"S":"C1","S":"C2"}}]}', "names the member 'S' twice"),
    bad("two spellings", [RECORD | {"contact_id": "C1"}], "which are one member"),
    bad("a doubled column", b"contact_id,contact_id\nC1,C2\n", "names the column 'contact_id' twice"),
    bad("two spellings of a column", b"contact_id,ContactId\nC1,C2\n", "which are one member"),
    bad("CSV that ends in its first line", b"contact_id,init", "ends in its first line"),
    bad("truncated CSV", csv(spelt(snake))[:-30], "cells under 8 columns"),
    bad("NUL in CSV", b"contact_id,channel\nC1,CH\0AT\n", "holds a NUL character"),
    bad("broken quoting", b'contact_id,channel\n"C1"x,CHAT\n', "is not CSV"),
    bad("an open quote", b'contact_id,channel\n"C1,CHAT\n', "is not CSV"),
    bad("NaN", b'{"ContactId":"C1","Tags":NaN}', "holds NaN"),
    *(
        bad(f"{each} for a time", f"contact_id,disconnect_timestamp\nC1,{each}\n".encode(), f"is '{each}'")
        for each in ("2026-05-03", "2026-05-03 UTC", "20260503", "20260503090000", "5/3/2026 9:00", "1.77E+12")
    ),
    *(
        bad(f"{name}, which is no JSON", content, remedy)
        for name, content, remedy in (
            ("a dictionary of Python", repr(RECORD).encode(), "this is what Python or Node prints"),
            ("an object of Node", b"[ { ContactId: 'C1' } ]", "this is what Python or Node prints"),
            ("bytes of Python", repr(text(RECORD).encode()).encode(), "this is what Python or Node prints"),
            ("a table of MySQL", b"+----+\n| contact_id |\n", "`mysql --batch`"),
            ("text of the CLI", b"CONTACT\tarn:aws:connect\n", "this is its output as text"),
            ("YAML", b"Contact:\n  Id: C1\n", "this may be YAML"),
            ("a prompt", b"$ aws connect\n{}", "the records alone"),
            ("base64", base64_of(RECORD).encode(), "base64 -d"),
        )
    ),
    bad("cells below no column", b"contact_id,,\nC1,,x\n", "has 3 cells under 1 columns"),
    bad(
        "a nameless column",
        {"columns": ["ContactId", 5], "data": [["C1", 5]]},
        "$.data[0]: may be no contact: it has '5'",
    ),
    bad(
        "a column named twice",
        {"columns": ["ContactId"] * 2, "data": [["C1", "C2"]]},
        "$.columns: names a column twice",
    ),
    bad(
        "Databricks, behind links",
        {"manifest": {"schema": {"columns": []}}, "result": {"external_links": [{"external_link": "https://x"}]}},
        "is an answer of Databricks whose rows lie behind links",
    ),
    bad(
        "X-Ray", {"Traces": [{"Id": "t", "Segments": [{"Document": "{}"}]}], "UnprocessedTraceIds": []}, "is a trace of"
    ),
    bad(
        "S3 Select, as it came",
        b"\0\0\0\x8e\0\0\0\x550J*.\r:message-type\x07\0\x05event" + text(RECORD).encode(),
        "is an event stream of AWS, such as S3 Select answers",
    ),
    bad(
        "a short row", {"columns": ["ContactId", "Channel"], "data": [["C1"]]}, "$.data[0]: has 1 cells under 2 columns"
    ),
    bad(
        "a wrong time by columns",
        {"ContactId": ["C1"], "InitiationTimestamp": ["x"]},
        "$ | record 1, $.InitiationTimestamp: is 'x'",
    ),
    bad("columns of other lengths", {"ContactId": ["C1", "C2"], "Channel": ["CHAT"]}, "$.ContactId: is of type list"),
    bad("columns within columns", (b'{"ContactId":' + b"[" * 20 + b"5" + b"]" * 20 + b"}"), "lies in 12 envelopes"),
    bad(
        "a buffer of no bytes",
        {"Records": [{"Data": {"type": "Buffer", "data": [999]}, "PartitionKey": "p"}]},
        "are no bytes",
    ),
    bad("text", b"hello\n", "is neither JSON nor CSV of contacts"),
    bad("a blank line after sep", b"sep=;\n\n", "is neither JSON nor CSV of contacts"),
    bad("JSON in a text", text(text(RECORD)).encode(), "is neither JSON nor CSV of contacts"),
    bad(
        "joined csv of other columns",
        csv(spelt(snake)) + csv([dict(reversed(each.items())) for each in spelt(snake)]),
        "names other columns than the first line",
    ),
    bad("fewer rows than it says", b"contact_id\nC1\n(2 rows)\n", "says '(2 rows)' below 1 rows"),
    *(
        bad(f"{each} for an id", csv([RECORD | {"ContactId": each}]), f"is {each!r}; expected the id as AWS wrote it")
        for each in ("1.23E+15", "#REF!", "'C1'", "{C1}", f"{ARN}/queue/q")
    ),
    bad("no id", [RECORD | {"ContactId": "null"}], "$.ContactId: is 'null'"),
    bad("an id of MongoDB for one of a contact", of_mongo(NEXT, str) | {"ContactId": {"$oid": "a"}}, "is of type dict"),
    bad("a page of the web", b"\n<!DOCTYPE html>\n", "this is XML or HTML"),
    bad("a message of PGP", b"-----BEGIN PGP MESSAGE-----\n", "what is encrypted in this"),
    bad("encrypted by OpenSSL", b"Salted__\1\2\3", "is encrypted by OpenSSL"),
    bad("a deletion in Debezium", {"before": RECORD, "after": None, "op": "d"}, "is a deletion in Debezium"),
    bad("an entry with a broken detail", entry(EVENT["detail"]) | {"Detail": "{"}, "$.Detail | $: is not JSON"),
    bad("an entry with an empty detail", entry(EVENT["detail"]) | {"Detail": ""}, "$.Detail: is missing"),
    bad("a line of Loki that is none", {"stream": {}, "values": [["1"]]}, "$.values[0]: is of type list"),
    bad("Kinesis that is no base64", {"Records": [kinesis("%%")]}, "$.Records[0].kinesis.data"),
    bad("a typed list", {"Items": [{"ContactId": {"S": 5}}]}, "is 5"),
]
CASES = [*SPELLINGS, *ENVELOPES, *STRAYS, *BROKEN]
