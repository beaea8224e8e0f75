# Tiếng Việt: lời của luật, của sổ và của các lệnh. Tên phải gõ (loại sự kiện, trường) đứng nguyên văn, trong ngoặc sau tên tiếng Việt.

# A refusal in one sentence
Refusal = Từ chối: { $code }. { $field }: { $given }; giới hạn: { $limit }. Chấp nhận: { $accepted }.
RefusalByArticle = Từ chối: { $code } (Điều { $article }). { $field }: { $given }; giới hạn: { $limit }. Chấp nhận: { $accepted }.

# Which rule is met
CodeStanding = việc thi hành án đang ở trạng thái không cho phép hành động này
CodeRole = chức danh của người thực hiện không được làm việc này
CodeCompetence = người thực hiện không được phân công hoặc không thuộc cơ quan thụ lý việc này
CodeSamePerson = luật đòi hỏi hai người khác nhau
CodeLimit = giá trị vượt giới hạn
CodeMismatch = giá trị không khớp với sổ
CodeUnknown = không có trong sổ
CodeDuplicate = đã có trong sổ
CodeTooEarly = ngày quá sớm
CodeTooLate = ngày quá muộn
CodeGround = căn cứ không có trong luật áp dụng tại ngày đó
CodeMoney = số tiền vượt số đang giữ, còn nợ hoặc đã duyệt
CodeUnset = chưa có giá trị quy định cho ngày đó
CodeLater = một hành động sau đó sẽ không còn hợp lệ

# Names that a language may have for what JSON names
Kind = { $vi } ({ $name })
Role =
    { $name ->
        [head] thủ trưởng cơ quan (head)
        [enforcer] chấp hành viên (enforcer)
        [examiner] thẩm tra viên (examiner)
        [clerk] thư ký (clerk)
        [accountant] kế toán nghiệp vụ (accountant)
        [cashier] thủ quỹ, thủ kho (cashier)
        [provincial_head] cục trưởng (provincial_head)
        [procurator] kiểm sát viên (procurator)
        [auditor] kiểm toán, thanh tra (auditor)
        [administrator] quản trị (administrator)
       *[other] { $name }
    }
Obligation =
    { $name ->
        [court_fee] án phí, lệ phí tòa án (court_fee)
        [fine] tiền phạt (fine)
        [recovery] truy thu (recovery)
        [confiscation] tịch thu (confiscation)
        [other_budget] thu khác cho ngân sách (other_budget)
        [maintenance] cấp dưỡng (maintenance)
        [wages] tiền lương, tiền công lao động (wages)
        [severance] trợ cấp thôi việc (severance)
        [jobloss] trợ cấp mất việc làm (jobloss)
        [disability] trợ cấp mất sức lao động (disability)
        [injury] bồi thường tính mạng, sức khỏe, tinh thần (injury)
        [social_insurance] bảo hiểm xã hội (social_insurance)
        [unemployment_insurance] bảo hiểm thất nghiệp (unemployment_insurance)
        [health_insurance] bảo hiểm y tế (health_insurance)
        [loan] tiền vay, tín dụng (loan)
        [damages] bồi thường thiệt hại khác (damages)
        [dividing] chia tài sản (dividing)
        [return_money] trả lại tiền (return_money)
        [other] khoản khác (other)
        [cost] chi phí cưỡng chế (cost)
        [thing] giao vật, tài sản, giấy tờ (thing)
        [act] thực hiện hoặc không thực hiện công việc (act)
       *[unknown] { $name }
    }
Party =
    { $name ->
        [individual] cá nhân (individual)
        [credit_institution] tổ chức tín dụng (credit_institution)
        [state_body] cơ quan nhà nước (state_body)
        [organisation] tổ chức (organisation)
       *[other] { $name }
    }
Basis =
    { $name ->
        [on_request] theo đơn yêu cầu (on_request)
        [proactive] chủ động thi hành án (proactive)
       *[other] { $name }
    }
Judgment =
    { $name ->
        [civil] dân sự (civil)
        [criminal] hình sự (criminal)
        [marriage_family] hôn nhân và gia đình (marriage_family)
        [business] kinh doanh, thương mại (business)
        [labour] lao động (labour)
        [bankruptcy] phá sản (bankruptcy)
        [administrative_part] phần dân sự trong bản án hành chính (administrative_part)
        [competition] cạnh tranh (competition)
        [arbitration] trọng tài (arbitration)
       *[other] { $name }
    }
Either = { $first } hoặc { $last }

# General
None = không có
Nothing = để trống
Plain = { $value }
First = trước hết ghi { $kinds }
AtMost = không quá { $amount }
AtLeast = từ { $amount } trở lên
AtLeastOne = ít nhất một
OrMore = từ { $value } trở lên
Range = từ { $first } đến { $last }
AmountOf = { $amount } { $what }
DateOf = { $date } ({ $what })
OrLater = từ { $date } trở đi
OrEarlier = chậm nhất là { $date }
AtEntry = mục { $entry }: { $field } { $given }
MoreThanZero = lớn hơn 0
WholeAmount = số tiền nguyên, từ 1 đồng trở lên
Today = { $date } (hôm nay)
TodayOrEarlier = hôm nay hoặc trước đó
IsToday = hôm nay
ADate = một ngày cụ thể
ADateBefore = một ngày trước đó
ALaterDay = một ngày sau đó
AText = phải có nội dung
DocumentsWords = nội dung ghi trong văn bản
ForInstance = chẳng hạn { $example }
OtherKind = loại kia
AnotherNumber = số khác
NumbersThere = đã có { $there }, thêm { $more }
NumbersInCase = tối đa { $most } trong một việc thi hành án
CaseOfItsOwn = một việc thi hành án riêng

# Where a case stands
CaseUnknown = chưa thụ lý
CaseRegistered = đã nhận bản án, quyết định, chưa ra quyết định thi hành án
CaseInTrackingBook = đang thi hành, đã chuyển sổ theo dõi riêng
CasePostponed = đang hoãn thi hành án
CaseSuspended = đang tạm đình chỉ thi hành án
CasePaused = đang tạm dừng thi hành án
CaseNotYetEnforceable = đang thi hành, chưa có điều kiện thi hành
CaseEnforceable = đang thi hành, có điều kiện thi hành
CaseNotClassified = đang thi hành, chưa phân loại điều kiện thi hành
CaseCompleted = đã thi hành xong
CaseTerminated = đã đình chỉ thi hành án
CaseEntrustedOut = đã ủy thác cho cơ quan khác
CasePulledUp = đã được cấp trên rút hồ sơ lên
CaseWithdrawn = quyết định thi hành án đã bị thu hồi
CaseRequestRefused = đã từ chối nhận đơn yêu cầu
MustBeOpen = đang thi hành
MustBeActive = đang thi hành, không hoãn, tạm đình chỉ hay tạm dừng
MustNotBeSuspended = đang thi hành, không tạm đình chỉ
MustNotBePaused = không tạm đình chỉ hay tạm dừng
MustBeOutOfBook = không ở sổ theo dõi riêng
MustBeNew = việc thi hành án mới
MustHaveRequest = đã nhận bản án, quyết định và có đơn yêu cầu
MustBeEnforceable = có điều kiện thi hành
MustNotBeEnforceable = chưa được phân loại là có điều kiện thi hành
MustBeNotYetEnforceable = chưa có điều kiện thi hành, chưa chuyển sổ theo dõi riêng
MustBePostponed = đang hoãn thi hành án
MustBeSuspended = đang tạm đình chỉ thi hành án
NextIntakeNumber = số thụ lý tiếp theo
FirstOnce = trước hết ghi { $kinds }, một lần
ItIsEnforceable = không cần gì: việc này đang có điều kiện thi hành
ItIsSuspended = không cần gì: việc này đang tạm đình chỉ

# Who acts
AnOfficer = một công chức của cơ quan
OfficerNumber = số của một công chức (đã ghi { $kind })
OfficerAppointedBefore = người đã được bổ nhiệm từ trước
OfficerOfThatTime = người giữ chức vụ vào thời điểm đó
InOfficeSince = giữ chức vụ từ { $date }
OfficerInOfficeSince = công chức số { $officer } giữ chức vụ từ { $date }
RecordedBy = { $kind } do những chức danh này ghi: { $roles }
RepairedBy = { $kind } do những chức danh này ghi và sửa: { $roles }
OfficerOfOffice = { $officer }, thuộc cơ quan số { $office }
AnOfficerOfOffice = công chức của cơ quan số { $office }
AnOfficerOfThatOffice = công chức của cơ quan đó
CaseOfOffice = việc này do cơ quan số { $office } thụ lý
ClerkForAnother = chỉ thư ký ghi thay người khác
WithoutField = bỏ trống { $field }
ClerkNamesEnforcer = thư ký phải nêu chấp hành viên mà mình ghi thay
EnforcerOfOffice = chấp hành viên của cơ quan số { $office }
EnforcerOfCase = chấp hành viên được phân công việc này
NoEnforcer = chưa phân công chấp hành viên
EnforcerIs = chấp hành viên số { $number }
OfficeIs = cơ quan số { $office }
EnforcerOfCasesOffice = chấp hành viên của cơ quan thụ lý việc này
EnforcersAppointment = ngày bổ nhiệm chấp hành viên
AnEnforcer = một chấp hành viên
OfficerWithRole = người có chức danh { $role }
NotWhoApproved = không phải người đã duyệt chi
AnotherOfficer = người khác

# Offices and officers
AnotherOffice = cơ quan khác
NumberOfAnotherOffice = số của cơ quan khác
OfficesOpened = cơ quan đã được ghi bằng { $kind }
OfficeOpenedBefore = cơ quan đã được thành lập từ trước
OfficeAndBelow = cơ quan số { $office } và các cơ quan cấp dưới
OfficeOrBelow = cơ quan số { $office } hoặc cơ quan cấp dưới
OfficeItIsOver = cơ quan thuộc quyền quản lý
OfficeAbove = cơ quan cấp trên của cơ quan số { $office }
DepartmentAbove = Cục thi hành án dân sự cấp trên
NumberGivenOnce = mỗi số chỉ cấp một lần, từ 1
NextFreeNumber = số còn trống tiếp theo
CodeWithLetter = mã có ít nhất một chữ cái: mã toàn chữ số có thể trùng số giấy tờ của cá nhân
CodeGivenOnce = mỗi mã chỉ cấp một lần
AnotherCode = mã khác
EightDigits = không quá 8 chữ số: số dài hơn có thể là số giấy tờ của cá nhân, mà tên luồng này ai cũng đọc được
FiguresWithTargets = chỉ số được giao chỉ tiêu
YearOfDates = năm từ { $first } đến { $last }
FiscalYear = năm công tác, chẳng hạn { $example }
RatioBounds = tử số từ 0 đến mẫu số, mẫu số từ 1
CalendarsEnd = ngày cuối của lịch
RuleAndValue = mã của quy định và giá trị đúng kiểu của quy định đó
NumbersForEver = số đã cấp thì không đổi
AllButNumber = { $kind }, trừ phần số
RoleOfOffice = { $role }, cơ quan số { $office }
SomebodyAppoints = phải còn người có thẩm quyền bổ nhiệm
AppointAnother = trước hết ghi { $kind } cho người khác làm { $roles }
GivenForEver = { $value }, đã cấp thì không đổi
NumberAndCode = { $number } { $code }
NotBelowIt = cơ quan không phải là cấp dưới của nó

# Streams, entries and repairs
StreamOf = luồng của { $sort }
SortCase = một việc thi hành án
SortComplaint = một khiếu nại hoặc tố cáo
SortInspection = một cuộc kiểm tra
SortOrganisation = tổ chức bộ máy
SortAny = loại bất kỳ
RightStream = loại sự kiện thuộc luồng đó, hoặc đúng luồng
StreamBegun = luồng đã có bản ghi đầu tiên
FirstOrOther = trước hết ghi { $kinds }, …
EntryOfStream = một mục của luồng này
StreamIs = luồng { $stream }
VoidedBy = đã bị hủy bởi mục { $entry }
UndoVoid = { $kind } đối với mục { $entry }, để khôi phục
SourceStays = dữ liệu nguồn giữ nguyên như nguồn đã ghi
EntriesItBecame = các mục được lập từ dòng dữ liệu đó
NoRepairItself = mục không phải là đính chính hay hủy mục
VoidToUndo = { $kind }, để bỏ việc sửa trước đó
ThenRightKind = { $kind }, rồi ghi đúng loại sự kiện
TooMuch = { $kind }: quá { $missing }
TooMuchAt = quá { $missing } tại mục { $entry }
LessOrRest = bớt { $missing }, hoặc ghi trước khoản làm căn cứ cho nó
RepairFirst = trước hết đính chính hoặc hủy mục { $entry }
PotHeld = số tiền đang giữ đủ cho khoản chi ra
PotOwed = không trả, miễn hay đình chỉ quá số còn phải thi hành
PotApproved = không chi quá số mà người khác đã duyệt
PotApprovedOfHeld = không duyệt chi quá số đang giữ
PotApprovedOfOwed = không duyệt chi quá số còn phải thi hành
PotHeldAtEnd = việc đã kết thúc không còn giữ khoản nào chưa xử lý
PotOwedAtEnd = việc đã kết thúc không còn khoản nào phải thi hành
PaidOnObligation = { $kind }, trả cho { $payee }: đã chi { $amount }
VoidPayments = trước hết { $void } đối với các khoản đã chi ({ $kinds }), rồi ghi việc này, rồi ghi lại các khoản chi
ObligationBecomes = khoản { $number }: { $kind }, trả cho { $payee }
NamedObligation = { $kind }, trả cho { $payee }: đã chi, miễn, giảm hoặc đình chỉ theo số của khoản này
PaidOnIt = khoản { $number }: đã chi { $amount }
CreditorIsOther = người được thi hành án số { $number } là người khác
WhoWasPaid = người đã nhận { $amount } của khoản { $obligation }
SameListOrVoid = giữ nguyên danh sách và thêm người khác ở cuối; hoặc trước hết { $void } đối với khoản đã chi, rồi ghi việc này, rồi ghi lại các khoản chi
LeftBehind = { $name }, mục { $entry }: { $field } { $given }
Organisation = tổ chức bộ máy
MoreCases = còn { $more } việc và khiếu nại, tố cáo nữa
SoManyNamed = chỉ nêu { $most }
HistoryOfEach = lịch sử của từng việc

# Cases that move to another office
MovedStays = phần đã chuyển đi giữ nguyên khi việc của cơ quan nhận còn hiệu lực
VoidTakeover = trước hết { $void } đối với { $kinds } của cơ quan nhận
ReceiverNotAsked = chưa tra cứu việc của cơ quan nhận
SenderNotAsked = chưa tra cứu việc của cơ quan chuyển
WhatSenderMovedOut = phần cơ quan chuyển đã chuyển đi
SendersCase = việc của cơ quan chuyển
TakenOverAs = đã được nhận thành việc { $case }
CaseInLedger = một việc có trong sổ này
CaseThatTook = việc đã nhận hồ sơ đó
MovedOutHere = đã chuyển cho cơ quan này
SendersActionFirst = cơ quan chuyển phải ghi việc chuyển trước
SendersDecision = quyết định của cơ quan chuyển
AssetInHand = tài sản số { $asset } chưa xử lý xong
AssetsDealtWith = tài sản đang kê biên phải được xử lý xong trước
LostWords = dữ liệu cá nhân không còn đọc được ở đây
NamesToCompare = họ tên so sánh được
BroughtBack = khôi phục dữ liệu cá nhân từ bản sao lưu ("{ $command }" cho biết phần nào bị mất), hoặc trước hết ghi { $kind } với họ tên
ThoseOf = như ở việc { $case }
OtherNames = họ tên khác
OtherIdentity = số giấy tờ tùy thân khác
NamesShown = họ tên như "{ $command }" cho xem; nếu ở đó sai thì trước hết ghi { $kind } ở đó
IdentityShown = số giấy tờ như "{ $command }" cho xem, hoặc bỏ trống; nếu ở đó sai thì trước hết ghi { $kind } ở đó
SentOver = { $kind } trả cho { $payee }: { $amount }
SentOverSecured = { $kind } trả cho { $payee }: { $amount }, có bảo đảm
Numbered = { $number } { $what }
PullingUpEnded = việc rút hồ sơ lên đã chấm dứt từ 01/07/2025

# Intake, order and obligations
DayReceived = ngày tiếp nhận
TheJudgment = ngày của bản án, quyết định
LimitationOfRequest = hết thời hiệu yêu cầu thi hành án
JudgmentInForce = ngày bản án, quyết định có hiệu lực
ObligationsOfJudgment = các khoản theo bản án, quyết định
DebtorsOfJudgment = người phải thi hành án theo bản án, quyết định
NoCreditor = chưa nêu người được thi hành án nào
Budget = ngân sách nhà nước
Creditor = người được thi hành án số { $number }
OwedToBudget = khoản phải nộp ngân sách nhà nước
OwedToCreditor = khoản trả cho người được thi hành án
SecuredToBudget = có bảo đảm, nộp ngân sách nhà nước
ARequest = đã nhận đơn yêu cầu
ProactiveOnly = chủ động thi hành án: thu ngân sách nhà nước, trả lại tiền, tài sản, biện pháp khẩn cấp tạm thời, đất đai, phá sản
AfterRequest = { $basis }, sau khi ghi { $kind }
NamedByJudgment = khoản mà bản án, quyết định tuyên
WhenCostsArise = { $kind }, khi phát sinh chi phí
MoneyOfOrder = khoản tiền ghi trong quyết định thi hành án
AnotherObligation = khoản khác
SettledApprovedHeld = { $amount } đã thi hành, đã duyệt chi hoặc đang giữ
CaseHas = việc này có: { $known }
ObligationToState = khoản phải nộp ngân sách nhà nước
ObligationToBudget = khoản phải nộp ngân sách nhà nước
ObligationToCreditor = khoản trả cho người được thi hành án
EachOnce = mỗi khoản một lần
WithoutIt = bỏ khoản này ra
SomethingOwed = khoản còn phải thi hành

# Notices and time to pay
NoticeOfOrder = đã thông báo quyết định thi hành án cho người phải thi hành án
DebtorsNotice = ngày thông báo cho người phải thi hành án
VoluntaryPeriod = đã có thời hạn tự nguyện thi hành án
VoluntaryEnds = thời hạn tự nguyện thi hành án hết ngày { $date }
NumberInList = một số trong danh sách của quyết định thi hành án
NumberOrNone = từ 1 đến { $last }, hoặc không ghi số
DaySent = ngày gửi
WaysOfDay = hình thức thông báo theo luật của ngày đó

# Conditions, postponing, ending
AVerification = đã xác minh điều kiện thi hành án
NotYetSince = chưa có điều kiện thi hành từ { $date }
AnotherClass = phân loại khác
AddressUnknownOf = nghĩa vụ trả tiền; chưa xác định được địa chỉ của: { $whose }
WhereThatIsSo = { $ground }, nếu đúng như vậy
YearOver = đã hết một năm kể từ ngày ra quyết định (hai năm nếu chưa xác định được địa chỉ)
Verifications = { $times } lần xác minh
LawOn = pháp luật có hiệu lực ngày { $date }
PersonalDutiesOnly = nghĩa vụ trả tiền; căn cứ này chỉ áp dụng cho nghĩa vụ phải tự mình thực hiện
AnotherGround = căn cứ khác
DayOfDecision = ngày ra quyết định
ThreeMonthsMost = không quá 3 tháng kể từ ngày có yêu cầu
ThreeMonths = 3 tháng kể từ ngày có yêu cầu
OnceACase = một lần trong mỗi việc
StillOwedSum = còn phải thi hành { $amount }
ZeroOwed = không còn khoản phải thi hành
PayFirst = trước hết thi hành, miễn hoặc đình chỉ phần còn lại

# Coercion, assets and auctions
ADecisionToDistrain = đã có quyết định kê biên
FirstWithMeasure = trước hết ghi { $kind } với biện pháp { $measure }
CaseSeized = việc này đã kê biên: { $known }
HandedOverOn = đã giao ngày { $date }
AnotherAsset = tài sản khác
LastRoundUnsold = lần đấu giá gần nhất không thành
AnnouncedRound = một lần đấu giá đã thông báo
RoundAnnounced = đã thông báo đấu giá lần { $round }
AfterUnsold = { $kind } sau lần đấu giá không thành
TheAppraisal = ngày thẩm định giá
AnAppraisal = đã thẩm định giá
ReductionAfterRound = đã giảm giá sau lần đấu giá không thành
TheAnnouncement = ngày thông báo đấu giá
WhyNoSale = lý do đấu giá không thành
OneReduction = mỗi lần đấu giá không thành chỉ giảm giá một lần
PartOfAll = lớn hơn 0 và nhỏ hơn toàn bộ
PercentOfPrice = { $percent }% giá khởi điểm liền trước ({ $price })
PercentAtMost = không quá { $percent }%
DaysToAgree = đã hết thời hạn để đương sự thỏa thuận
DayOfAuction = ngày mở cuộc đấu giá
StartPrice = giá khởi điểm { $price }
TheSale = ngày bán
ASale = đã bán đấu giá thành
ThirtyDays = 30 ngày kể từ ngày bán, không gia hạn
PaidOn = đã nộp đủ tiền ngày { $date }
DayToPayBy = hạn nộp tiền
PaidInFull = đã nộp đủ tiền mua
AssetNotHandedOver = tài sản số { $asset } đã nộp đủ tiền nhưng chưa giao
SoldHandedOver = tài sản đã bán phải được giao

# Money
AccountHolds = là mức tối đa mà sổ chứa được
OwedNotApprovedForPaying = còn phải thi hành và chưa duyệt chi
OwedNotHeld = còn phải thi hành và chưa thu giữ
Held = đang giữ
ToRefund = phải trả lại
LetOffNow = được miễn, giảm vào lúc này
ExemptionConditions = đã thi hành một phần và thực sự khó khăn, hoặc đủ số năm và mức tiền của Điều 61.1-61.3
LaterOrPart = sau này, hoặc sau khi đã thi hành một phần
WaiverByCreditor = { $kind }, khi người được thi hành án từ bỏ quyền
ZeroHeld = không còn giữ khoản nào
StillHeld = còn đang giữ { $amount }
FeeNotCharged = khoản { $obligation }: chưa thu phí { $fee }
FeeOnPaid = phí thi hành án trên số tiền đã trả
ChargeFee = { $charge }; nếu khi chi chưa giữ lại phí thì trước hết ghi { $correct } đối với khoản chi
LineAnObligation = mỗi khoản một dòng
OneLine = mỗi khoản chỉ một dòng
TheirSum = cộng chúng lại
OwedNotApproved = còn phải thi hành và chưa duyệt chi
HeldNotApproved = đang giữ và chưa duyệt chi
LawsDistribution = thứ tự thanh toán theo luật
OrderOfArticle = thứ tự thanh toán của Điều 47
LineIs = khoản { $obligation }: { $amount }
Planned = theo phương án đã lập ({ $kind })
Approved = đã duyệt ({ $kind })
StillOwed = còn phải thi hành
NoFee = không thu phí
SetWithDocument = { $kind } kèm văn bản quy định
PayeeTold = người nhận đã được báo và đang trong thời hạn đến nhận

# Complaints and inspections
OtherSort = thuộc loại kia
AsReceived = { $one } hoặc { $other }, đúng như loại đơn đã nhận
NotReceived = chưa nhận
ComplaintReceived = đã nhận
ComplaintAccepted = đã thụ lý
ComplaintEnded = đã kết thúc
NotEnded = khiếu nại chưa kết thúc
LevelOneFinal = đối với loại 2, giải quyết lần 1 là cuối cùng
Opened = đã mở
NotOpened = chưa mở
FromAndBy = từ { $from } trở đi, và bắt đầu chậm nhất là { $by }
DaysLookedAt = khoảng ngày được kiểm tra
ConcludedOn = đã kết luận ngày { $date }
NotConcluded = chưa kết luận
CorrectConclusion = { $kind } đối với kết luận đó
AfterConclusion = sau { $date }, là ngày kết luận

# Numbers, the clock and imports
NotRecordedThere = { $kind } không ghi vào luồng đó
SameKindThere = cùng loại sự kiện, với đúng cơ quan, người hoặc quy định của luồng; { $void } nếu chưa từng có như vậy
OfficeStands = cơ quan đã được thành lập và còn tồn tại
OfficeBackFirst = hủy mục đã xóa cơ quan ("{ $command }"), rồi ghi lại việc này
NumbersFollow = số nối tiếp nhau trong từng cơ quan và từng năm
NumberIs = số { $number }
YearItCameIn = năm tiếp nhận, hoặc năm ghi sổ
YearIs = năm { $year }
CasesOfLedger = các việc có trong sổ này
CaseOrNone = một việc có trong sổ này, hoặc bỏ trống
RecordOfLog = một bản ghi của sổ này
Below = nhỏ hơn { $entry }
DayOfRecording = ngày ghi sổ, theo đồng hồ máy là { $date }
TrueDay = đúng ngày hôm nay: hãy chỉnh đồng hồ máy nếu nó chỉ ngày khác
OwnClock = việc đính chính đồng hồ của chính sổ này
RecordLive = ghi trực tiếp, hoặc bỏ khỏi dữ liệu nhập
SaysDay = việc đính chính đồng hồ phải tự nêu hôm nay là ngày nào
TrueToday = đúng ngày hôm nay
DayOfRecordBefore = { $date }, là ngày của bản ghi liền trước { $entry }
LaterOrEarlierFrom = từ { $date } trở đi, hoặc { $field } nhỏ hơn
CorrectedTo = { $date }, là ngày mà bản ghi { $entry } đã được đính chính thành
EarlierOrCorrect = chậm nhất là { $date }, hoặc đính chính bản ghi { $entry } trước
RowOfImport = dòng mà việc nhập dữ liệu lấy vào
NoteForWords = { $kind }, để ghi lời

# What the rules of a day do not say
ParameterUnset = chưa có giá trị của { $parameter } tại ngày { $date }; hãy ghi bằng { $kind } kèm văn bản quy định
ClaimTwice = khoản { $obligation } nêu hai lần trong danh sách thanh toán
ClaimNotMoney = khoản { $obligation } ({ $kind }) không phải là khoản tiền
NotBeforeClaims = { $given } không được trừ trước khi thanh toán tại ngày { $date }; được trừ: { $accepted }
NoExemption = { $given } không phải là căn cứ miễn phí tại ngày { $date }; chấp nhận: { $accepted }
FeeOverflow = không tính được phí trên { $received } theo các mức của ngày { $date }
UnknownParameter = không có quy định nào mang mã { $given }
UnknownParameterNear = không có quy định nào mang mã { $given }; gần giống: { $near }
ParameterForm = giá trị của { $parameter } thuộc kiểu "{ $form }", không phải "{ $given }"; viết { $example }, hoặc "unset", hoặc "none"
SpanExample = { $example } (hoặc "days", "months", "years", "hours"), { $other }
ParameterWord = { $parameter } không có từ { $given }; chấp nhận: { $accepted }
ParameterBounds = { $parameter }: { $wanted }
DocumentNeeded = giá trị phải theo một văn bản; hãy nêu số, ngày, điều của văn bản (1 đến 500 byte)
BoundSpan = thời hạn từ 1 đến 2500 ngày làm việc, 36500 ngày, 1200 tháng, 100 năm hoặc 8760 giờ, hoặc trước ngày 2 đến 28
BoundRatio = tỷ lệ có mẫu số dương và nằm từ 0 đến 1 (fee_threshold: lớn hơn 0)
BoundMonth = tháng từ 1 đến 12
BoundCount = số đếm không quá 1000
BoundWord = từ viết bằng chữ thường và dấu gạch dưới
BoundClasses = các hàng thanh toán có chữ cái theo thứ tự, mỗi loại khoản nêu một lần, và kết thúc bằng phần còn lại (rest)
BoundList = danh sách có 1 đến 64 tên viết bằng chữ thường và dấu gạch dưới, mỗi tên một lần, ký hiệu không quá 3 ký tự
BoundPeriods = kỳ là các tháng từ 1 đến 12, mỗi tháng một lần, theo thứ tự tăng dần
BoundSteps = các mức bắt đầu từ trên 0, tăng dần, mức cơ bản không giảm, tỷ lệ từ 0 đến 1 với mẫu số dương
BoundBands = mỗi khung có mức trên (below) lớn hơn mức dưới (from), từ 1 đến 100 năm, và tỷ lệ từ 0 đến 1 với mẫu số dương

# Why a ledger cannot be opened or made
OpenLocked = một tiến trình khác (pid { $pid }) đang ghi vào { $dir }
OpenNoLedger = { $dir } không có sổ nào
OpenAlreadyThere = { $dir } đã có một sổ
OpenRemains = { $file } là phần còn lại của một sổ mà nhật ký không còn ở đây
OpenNoRoom = đĩa của { $dir } còn trống { $free } byte, mà lập sổ cần { $needed }
OpenNotFounded = chưa lập được sổ: { $why }
OpenDamaged = các bản ghi từ vị trí { $first } trở đi hỏng ở cả hai bản: { $what }
OpenDamagedTo = các bản ghi từ vị trí { $first } đến { $last } hỏng ở cả hai bản: { $what }
OpenSegments = các đoạn nhật ký hỏng từ vị trí { $first } trở đi: { $what }
OpenShort = nhật ký chỉ còn { $size } bản ghi, mà khóa của sổ đã ký snapshots/{ $cache } khi có { $known }: phần còn lại đã mất
OpenOtherHistory = khóa của sổ đã ký snapshots/{ $cache } cho một lịch sử khác: gốc của { $signed } bản ghi đầu không phải của nhật ký này
OpenOutOfOrder = không có đoạn nhật ký nào, và lần ghi cuối không kết thúc bình thường: sled, có { $end } bản ghi, có thể thiếu phần được xác nhận sau cùng
OpenGone = các đoạn trong wal/, chính là nhật ký, không còn; sled, bản thứ hai, có đủ { $end } bản ghi
OpenFork = các đoạn nhật ký và sled ghi hai lịch sử khác nhau từ vị trí { $first } trở đi: { $what }
OpenNotContinuous = nhật ký không liền mạch: { $why }
OpenGenesis = bản ghi khởi đầu không đúng: { $why }

# Ways out
HintMend = thads doctor sửa bản này theo bản kia và giữ lại phần hỏng (thêm --dry-run thì chỉ báo); thads verify nêu phần nào hỏng
HintBeyondRepair = chưa ghi gì; hãy giữ nguyên thư mục này làm chứng cứ và khôi phục sổ vào thư mục khác từ bản sao lưu (thads restore); thads verify nêu từng chỗ hỏng
HintCutShort = chưa ghi gì; hãy tìm wal/ và sled/ của thời điểm sau đó, hoặc khôi phục sổ từ bản sao lưu (thads restore); chỉ người chấp nhận mất phần cuối mới chuyển snapshots/ đi nơi khác
HintForked = chưa ghi gì; hãy giữ nguyên thư mục này làm chứng cứ và tìm xem lịch sử nào là của sổ (điểm kiểm tra, biên nhận và bản sao lưu cho biết); chỉ người biết chắc là lịch sử này mới chuyển snapshots/ đi nơi khác
HintNoVault = hãy khôi phục tệp đó từ bản sao lưu (keys/keyring từ bản làm với --keys); chỉ khi không có bản nào mới tạo một tệp rỗng cùng tên: nội dung cũ khi đó không bao giờ đọc lại được
HintOtherVault = hãy chuyển tệp đó ra khỏi thư mục, và khôi phục tệp của chính sổ này từ bản sao lưu (keys/keyring từ bản làm với --keys)
HintNoSegments = hãy đưa wal/ trở lại (đĩa của nó đã gắn chưa?); thads doctor tiếp tục từ sled như hiện có, và báo như vậy
HintSegmentsGone = thads doctor lập lại chúng từ sled (thêm --dry-run thì chỉ báo); có phải chúng nằm trên đĩa chưa gắn không?
HintNoLog = hãy đưa wal/ hoặc sled/ trở lại, hoặc khôi phục bản sao lưu vào thư mục khác; để lập sổ mới, hãy chọn thư mục trống bằng --data
HintNoKey = không có khóa của sổ thì không ghi và không ký được gì: hãy đưa keys/log.key trở lại từ bản sao lưu làm với --keys (trong đó là keys/log.key@SIZE); đọc, verify và backup thì không cần khóa
HintStopped = phần đã trả lời vẫn an toàn; hãy xem tệp đó và đĩa của nó rồi chạy lại: khi mở, sổ xem lại cả hai bản
HintFull = hãy giải phóng chỗ trên đĩa đó rồi chạy lại; nếu không được thì thads doctor nhả phần dự phòng
HintPermission = hãy chạy bằng người dùng sở hữu tệp, hoặc cấp quyền cho người dùng này (ls -l cho xem cả hai)
HintRoom = hãy giải phóng chỗ trên đĩa đó, hoặc nâng hạn mức, rồi thử lại
HintReadOnlyDisk = hãy gắn đĩa đó ở chế độ ghi được, hoặc nêu thư mục khác
HintNotFound = hãy xem lại tên; đĩa của nó đã gắn chưa?
HintInPlace = chưa đổi gì; hãy đặt đúng thứ cần có vào chỗ đó
HintLookAtFile = hãy xem tệp đó và đĩa của nó (nhật ký hệ thống cho biết thêm), rồi thử lại
HintFound = thads init lập sổ, thads demo lập sổ thực hành; --data nêu thư mục
HintOtherDirectory = hãy chọn thư mục khác bằng --data
HintNewerProgram = chương trình này cũ hơn sổ: hãy dùng bản thads mới hơn
HintNoRoom = chưa tạo gì; hãy giải phóng chỗ trên đĩa đó, hoặc nêu thư mục trên đĩa khác bằng --data
HintNotFounded = không để lại gì ở đó; hãy xem tệp đó và đĩa của nó, rồi lập sổ lại
HintLocked = hãy hỏi tiến trình đó (qua API), hoặc dừng nó trước
HintBackupDamaged = chưa đặt gì vào chỗ; thads verify nêu phần nào hỏng
HintBackupContents = chưa đổi gì; hãy đặt lại tệp này như khi sao lưu (từ một bản chép của bản sao lưu), hoặc dùng bản sao lưu khác; sổ đang có ở đó thì sao lưu được vào thư mục khác
HintContradiction = hãy giữ nguyên cả hai; thads verify --checkpoint với điểm kiểm tra của bản sao lưu cho biết chúng khác nhau từ đâu
HintReload = hãy đọc lại ("thads case ID") rồi quyết định lại
HintNoBuild = không bản chương trình nào ghi ra bản ghi như vậy; thads verify nêu từng bản ghi
HintFigures = thads report --json liệt kê các chỉ số
HintStandardOutput = hãy ghi vào nơi còn chỗ rồi hỏi lại; phần đã ghi hoặc đã chép trước đó vẫn giữ nguyên
